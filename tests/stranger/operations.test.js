// Changing containers with a client made of our .proto files: every verb, its progress, and what a caller can rely on.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { connect, errorInfo, failureOf, services, take } from './client.js';
import { Berthd, docker, registry, runContainer } from './harness.js';

const berthd = new Berthd();
const containers = connect(services['berth.v1.ContainerService'], berthd.address);
const operations = connect(services['berth.v1.OperationService'], berthd.address);

before(() => berthd.start());
after(async () => {
  containers.close();
  operations.close();
  await berthd.remove();
});

// All that an operation has to tell from a sequence number on, to its end.
async function follow({ name }, from_sequence) {
  const items = await take(operations.WatchOperation({ name, from_sequence }));
  return { progress: items.slice(0, -1).map(({ progress }) => progress), operation: items.at(-1).operation };
}

async function succeed(call) {
  const { operation } = await follow(await call);
  assert.equal(operation.state, 'OPERATION_STATE_SUCCEEDED', operation.error?.message);
  return operation;
}

const stateOf = (container) => docker('inspect', '--format', '{{.State.Status}}', container);
const idOf = (container) => docker('inspect', '--format', '{{.Id}}', container);
const versionOf = (container) => docker('exec', container, 'cat', '/srv/version');

// An upgrade that would wait for a minute before it is content.
const endless = (container) => ({ container, image: `${registry}/web:plain`, health_gate: { stable_for: { seconds: 60 } } });

test('A container is stopped, started and restarted; what is done already succeeds', async (t) => {
  const container = await runContainer(t, 'web:1');
  const { operation } = await follow(await containers.StopContainer({ container }));
  assert.match(operation.name, /^operations\/[0-9a-f]{16}$/);
  assert.equal(operation.kind, 'OPERATION_KIND_STOP');
  assert.equal(operation.container, container);
  assert.ok(operation.end_time);
  assert.equal(await stateOf(container), 'exited');
  await succeed(containers.StopContainer({ container }));
  await succeed(containers.StartContainer({ container }));
  assert.equal(await stateOf(container), 'running');
  const startedAt = () => docker('inspect', '--format', '{{.State.StartedAt}}', container);
  const before = await startedAt();
  await succeed(containers.StartContainer({ container }));
  assert.equal(await startedAt(), before);
  await succeed(containers.RestartContainer({ container, stop_timeout: { seconds: 5 } }));
  assert.notEqual(await startedAt(), before);
});

test('An upgrade tells its progress; a watcher whose connection broke misses nothing', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  const image = `${registry}/web:2`;
  const begun = await containers.UpgradeContainer({ container, image });
  assert.equal(begun.state, 'OPERATION_STATE_RUNNING');
  assert.deepEqual([begun.end_time, begun.upgrade_result], [null, null], 'it has not ended');

  const isThird = ({ progress }) => progress?.sequence === 3;
  const seen = await take(operations.WatchOperation({ name: begun.name }), isThird);
  const { progress, operation } = await follow(begun, 4);
  const told = [...seen.map((item) => item.progress), ...progress];
  assert.deepEqual(told.map(({ sequence }) => sequence), told.map((_, i) => i + 1));
  assert.ok(told.some(({ message }) => message === `Pull ${image}`));
  assert.ok(told.some(({ health }) => health?.health === 'HEALTH_HEALTHY'));
  assert.ok(told.every(({ step }, i) => i === 0 || step >= told[i - 1].step), 'steps go on');
  assert.deepEqual([told.at(-1).step, told.at(-1).step_count], Array(2).fill(operation.plan.steps.length));

  assert.equal(operation.state, 'OPERATION_STATE_SUCCEEDED', operation.error?.message);
  assert.deepEqual(operation.progress, told.at(-1));
  const result = operation.upgrade_result;
  assert.equal(result.old_container_id, id);
  assert.equal(result.container_id, await idOf(container));
  assert.match(result.new_digest, /^sha256:/);
  assert.notEqual(result.new_digest, result.old_digest);
  assert.equal(result.strategy, 'UPGRADE_STRATEGY_STOP_FIRST');
  assert.ok(result.gap.seconds + result.gap.nanos > 0);
  assert.equal(result.rolled_back, false);
  assert.equal(await versionOf(container), '2');

  assert.deepEqual(await follow(begun), { progress: told, operation }, 'it can be read again afterwards');
});

test('A rollback brings the kept container back; the next one undoes it', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  await succeed(containers.UpgradeContainer({ container, image: `${registry}/web:2` }));
  const { kept } = await containers.GetContainer({ container });
  assert.deepEqual(kept.map((old) => old.id), [id]);
  assert.match(kept[0].name, new RegExp(`^${container}\\.berth-.+-old$`));
  assert.equal(kept[0].image, `${registry}/web:1`);

  const rollback = await succeed(containers.RollbackContainer({ container }));
  assert.equal(rollback.kind, 'OPERATION_KIND_ROLLBACK');
  assert.equal(await idOf(container), id);
  assert.equal(await versionOf(container), '1');
  await succeed(containers.RollbackContainer({ container }));
  assert.equal(await versionOf(container), '2');
});

test('Without a kept container there is no rollback', async (t) => {
  const container = await runContainer(t, 'web:1');
  const failure = await failureOf(containers.RollbackContainer({ container }));
  assert.deepEqual([failure.code, failure.reason], ['FAILED_PRECONDITION', 'NOTHING_KEPT']);
});

test('An upgrade that fails says why, and the old container runs again', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  const { operation } = await follow(await containers.UpgradeContainer({ container, image: `${registry}/web:broken` }));
  assert.equal(operation.state, 'OPERATION_STATE_FAILED');
  assert.equal(operation.error.code, 9);
  assert.match(operation.error.message, /database is not reachable/);
  assert.equal(errorInfo(operation.error).reason, 'HEALTH_GATE_FAILED');
  const result = operation.upgrade_result;
  assert.equal(result.rolled_back, true);
  assert.equal(result.container_id, id);
  assert.match(result.failed_probes.at(-1).output, /database is not reachable/);
  assert.match(result.failed_output, /listening on 8080/);
  assert.equal(await idOf(container), id);
  assert.equal(await stateOf(container), 'running');
});

test('An image that is not there changes nothing', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  const { operation } = await follow(await containers.UpgradeContainer({ container, image: `${registry}/web:none` }));
  assert.equal(operation.state, 'OPERATION_STATE_FAILED');
  assert.equal(errorInfo(operation.error).reason, 'IMAGE_NOT_FOUND');
  assert.equal(operation.upgrade_result.rolled_back, false);
  assert.equal(await idOf(container), id);
});

test('A validated upgrade is a plan, and nothing else', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  const image = `${registry}/web:2`;
  const { name, state, end_time, plan } = await containers.UpgradeContainer({ container, image, validate_only: true });
  assert.deepEqual([name, state, end_time], ['', 'OPERATION_STATE_VALIDATED', null]);
  assert.ok(plan.steps.length > 2 && plan.steps[0].includes(image), JSON.stringify(plan.steps));
  assert.equal(plan.strategy, 'UPGRADE_STRATEGY_STOP_FIRST');
  assert.notEqual(plan.strategy_reason, '');
  assert.deepEqual(plan.refusals, []);
  assert.equal(await idOf(container), id);
  assert.deepEqual((await operations.ListOperations({ container })).operations, []);
});

test('The same request twice is one operation, also when the agent was restarted in between', async (t) => {
  const container = await runContainer(t, 'web:1');
  const request = { container, request_id: randomUUID(), stop_timeout: { seconds: 5 } };
  const restarted = await succeed(containers.RestartContainer(request));
  assert.equal(restarted.request_id, request.request_id);
  assert.deepEqual(await containers.RestartContainer(request), restarted);
  const told = await follow(restarted);
  await berthd.restart();
  assert.deepEqual(await containers.RestartContainer(request), restarted);
  assert.deepEqual(await follow(restarted), told);

  const failure = await failureOf(containers.RestartContainer({ ...request, stop_timeout: { seconds: 6 } }));
  assert.deepEqual([failure.code, failure.reason], ['ALREADY_EXISTS', 'REQUEST_ID_REUSED']);
  assert.equal(failure.metadata.operation, restarted.name);
});

test('An etag keeps a caller from changing what he has not seen', async (t) => {
  const container = await runContainer(t, 'stubborn:1');
  const { etag } = await containers.GetContainer({ container });
  await docker('kill', container);
  const failure = await failureOf(containers.StartContainer({ container, etag }));
  assert.deepEqual([failure.code, failure.reason], ['ABORTED', 'ETAG_MISMATCH']);
  assert.equal(await stateOf(container), 'exited');
  const seen = await containers.GetContainer({ container });
  await succeed(containers.StartContainer({ container, etag: seen.etag }));
});

test('While one operation works on a container, another is refused, or waits', async (t) => {
  const container = await runContainer(t, 'stubborn:1');
  const stop = await containers.StopContainer({ container, stop_timeout: { seconds: 2 } });
  const failure = await failureOf(containers.StartContainer({ container }));
  assert.deepEqual([failure.code, failure.reason], ['ABORTED', 'OPERATION_IN_PROGRESS']);
  assert.equal(failure.metadata.operation, stop.name);

  const start = await containers.StartContainer({ container, queue: true });
  assert.equal(start.state, 'OPERATION_STATE_QUEUED');
  const { operations: unfinished } = await operations.ListOperations({ container, unfinished: true });
  assert.deepEqual(unfinished.map(({ name }) => name), [start.name, stop.name]);
  await succeed(Promise.resolve(start));
  assert.equal((await operations.GetOperation({ name: stop.name })).state, 'OPERATION_STATE_SUCCEEDED');
  assert.equal(await stateOf(container), 'running');
});

test('The deadline of a call is not the end of an operation', async (t) => {
  const container = await runContainer(t, 'stubborn:1');
  const { name } = await containers.StopContainer({ container, stop_timeout: { seconds: 2 } }, { seconds: 1 });
  const failure = await failureOf(operations.WaitOperation({ name }, { seconds: 0.2 }));
  assert.equal(failure.code, 'DEADLINE_EXCEEDED');
  const waited = await operations.WaitOperation({ name, timeout: { nanos: 100_000_000 } });
  assert.equal(waited.state, 'OPERATION_STATE_RUNNING');
  const ended = await operations.WaitOperation({ name });
  assert.equal(ended.state, 'OPERATION_STATE_SUCCEEDED');
});

test('An operation that takes longer than its timeout goes back', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  const { operation } = await follow(await containers.UpgradeContainer({ ...endless(container), timeout: { seconds: 3 } }));
  assert.equal(operation.state, 'OPERATION_STATE_FAILED');
  assert.equal(operation.error.code, 4);
  assert.equal(errorInfo(operation.error).reason, 'OPERATION_TIMEOUT');
  assert.equal(await idOf(container), id);
  assert.equal(await stateOf(container), 'running');
});

test('A cancelled operation goes back, and can be cancelled only once', async (t) => {
  const container = await runContainer(t, 'web:1');
  const id = await idOf(container);
  const { name } = await containers.UpgradeContainer(endless(container));
  await take(operations.WatchOperation({ name }), ({ progress }) => progress?.health);
  await operations.CancelOperation({ name });
  const ended = await operations.WaitOperation({ name });
  assert.equal(ended.state, 'OPERATION_STATE_CANCELLED');
  assert.equal(ended.error.code, 1);
  assert.equal(ended.upgrade_result.rolled_back, true);
  assert.equal(await idOf(container), id);
  assert.equal(await stateOf(container), 'running');
  const failure = await failureOf(operations.CancelOperation({ name }));
  assert.deepEqual([failure.code, failure.reason], ['FAILED_PRECONDITION', 'OPERATION_ENDED']);
});

test('The operations of a container are listed newest first, page by page', async (t) => {
  const container = await runContainer(t, 'web:1');
  const begun = [];
  for (let i = 0; i < 3; ++i) begun.unshift((await succeed(containers.StartContainer({ container }))).name);
  const listed = [];
  let page = {};
  do {
    page = await operations.ListOperations({ container, page_size: 2, page_token: page.next_page_token });
    assert.ok(page.operations.length <= 2);
    listed.push(...page.operations.map(({ name }) => name));
  } while (page.next_page_token);
  assert.deepEqual(listed, begun);
});

test('An operation that nobody knows is not found', async () => {
  const nobody = { name: 'operations/0123456789abcdef' };
  for (const call of [ // one at a time: a failure that nobody awaits yet counts as unhandled
    () => operations.GetOperation(nobody),
    () => operations.WaitOperation(nobody),
    () => operations.CancelOperation(nobody),
    () => take(operations.WatchOperation(nobody)),
  ]) {
    const failure = await failureOf(call());
    assert.deepEqual([failure.code, failure.reason], ['NOT_FOUND', 'OPERATION_NOT_FOUND']);
  }
});
