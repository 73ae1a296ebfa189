// Looking at containers with a client made of our .proto files: lists, details, logs, figures, events, and what goes wrong.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { connect, failureOf, services, take } from './client.js';
import { Berthd, docker, registry, runContainer } from './harness.js';

const berthd = new Berthd();
const containers = connect(services['berth.v1.ContainerService'], berthd.address);
const host = connect(services['berth.v1.HostService'], berthd.address);

before(() => berthd.start());
after(async () => {
  containers.close();
  host.close();
  await berthd.remove();
});

// What it takes for so many lines to have come.
const afterLines = (count) => (chunk) => (count -= chunk.data.toString().split('\n').length - 1) <= 0;
const text = (chunks, source) =>
  Buffer.concat(chunks.filter((chunk) => !source || chunk.source === source).map((chunk) => chunk.data)).toString();

test('A container is in the list', async (t) => {
  const name = await runContainer(t, 'web:1');
  const { containers: found } = await containers.ListContainers({ labels: [`stranger=${name}`] });
  assert.equal(found.length, 1);
  const [web] = found;
  assert.equal(web.name, name);
  assert.equal(web.image, `${registry}/web:1`);
  assert.equal(web.state, 'CONTAINER_STATE_RUNNING');
  assert.match(web.status, /^Up /);
  assert.match(web.id, /^[0-9a-f]{64}$/);
  assert.match(web.image_id, /^sha256:[0-9a-f]{64}$/);
  assert.ok(Math.abs(web.create_time.seconds - Date.now() / 1000) < 60);
  assert.equal(web.labels.stranger, name);
  assert.deepEqual(web.networks, ['bridge']);
  assert.deepEqual(web.ports, [{ container_port: 8080, protocol: 'tcp', host_ip: '', host_port: 0 }]);
});

test('A stopped container is in the list of all, and in no other', async (t) => {
  const name = await runContainer(t, 'web:1');
  await docker('stop', name);
  const labels = [`stranger=${name}`];
  assert.deepEqual(await containers.ListContainers({ labels }), { containers: [] });
  const { containers: found } = await containers.ListContainers({ labels, all: true });
  assert.deepEqual([found.length, found[0].state], [1, 'CONTAINER_STATE_EXITED']);
});

test('A container goes by its name, its id and the first digits of its id', async (t) => {
  const name = await runContainer(t, 'web:1');
  const id = await docker('inspect', '--format', '{{.Id}}', name);
  for (const container of [name, id, id.slice(0, 12)]) {
    const details = await containers.GetContainer({ container });
    assert.equal(details.container.name, name);
    assert.equal(details.container.id, id);
    assert.equal(details.restart_policy, 'no');
    assert.notEqual(details.etag, '');
    assert.deepEqual(details.kept, []);
  }
});

test('Fewer than 12 digits of an id are nobody', async (t) => {
  const name = await runContainer(t, 'web:1');
  const container = (await docker('inspect', '--format', '{{.Id}}', name)).slice(0, 11);
  for (const call of ['GetContainer', 'StopContainer']) {
    assert.equal((await failureOf(containers[call]({ container }))).reason, 'CONTAINER_NOT_FOUND');
  }
  assert.equal(await docker('inspect', '--format', '{{.State.Status}}', name), 'running');
});

test('The logs are the bytes that the container wrote, apart by stream', async (t) => {
  const container = await runContainer(t, 'chatty:1', '100');
  const chunks = await take(containers.StreamLogs({ container, follow: true }), afterLines(100));
  const everyOther = (first) => Array.from({ length: 50 }, (_, i) => `line ${first + 2 * i}\n`).join('');
  assert.equal(text(chunks, 'SOURCE_STDOUT'), everyOther(1));
  assert.equal(text(chunks, 'SOURCE_STDERR'), everyOther(2));
});

test('The logs can be cut short, and told the time', async (t) => {
  const container = await runContainer(t, 'chatty:1', '10');
  await take(containers.StreamLogs({ container, follow: true }), afterLines(10));
  const chunks = await take(containers.StreamLogs({ container, tail: 1, timestamps: true }));
  assert.match(text(chunks), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z line \d+\n$/);
  assert.deepEqual(await take(containers.StreamLogs({ container, tail: 0 })), []);
});

test('The figures come one after the other, and end with the container', async (t) => {
  const container = await runContainer(t, 'web:1');
  const samples = [];
  for await (const sample of containers.StreamStats({ container })) {
    if (samples.push(sample) === 2) await docker('kill', container);
  }
  const [first, second] = samples;
  assert.ok(second.memory_bytes > 0 && second.pids > 0 && second.cpu_percent >= 0, JSON.stringify(second));
  assert.ok(second.time.seconds > first.time.seconds);
  assert.deepEqual(await take(containers.StreamStats({ container })), [], 'it does not run any more');
});

test('The events of a container begin when the stream stands', async (t) => {
  const container = await runContainer(t, 'stubborn:1');
  const stream = containers.WatchEvents({ containers: [container] });
  await once(stream, 'metadata');
  await docker('kill', container);
  const events = await take(stream, ({ action }) => action === 'die');
  assert.deepEqual(events.map(({ action }) => action), ['kill', 'die']);
  const die = events.at(-1);
  assert.equal(die.container, container);
  assert.equal(die.image, `${registry}/stubborn:1`);
  assert.equal(die.attributes.exitCode, '137');
  assert.equal(die.attributes.stranger, undefined, 'labels are not attributes');
});

test('The host tells about itself, the agent and the engine', async () => {
  const { hostname, agent, engine, degraded_reasons } = await host.GetHost({});
  assert.notEqual(hostname, '');
  assert.deepEqual(degraded_reasons, []);
  assert.equal(agent.engine_endpoint, process.env.BERTH_TEST_ENGINE);
  assert.match(agent.version, /^\d+\.\d+\.\d+/);
  assert.equal(engine.version, await docker('version', '--format', '{{.Server.Version}}'));
  assert.ok(engine.cpus > 0 && engine.memory_bytes > 0);
});

test('An error has a code, a sentence, and a reason for programs', async () => {
  const failure = await failureOf(containers.GetContainer({ container: 'nobody' }));
  assert.equal(failure.code, 'NOT_FOUND');
  assert.match(failure.message, /nobody/);
  assert.equal(failure.status.code, 5);
  assert.equal(failure.status.message, failure.message);
  assert.equal(failure.type, 'type.googleapis.com/google.rpc.ErrorInfo');
  assert.equal(failure.domain, 'berth');
  assert.equal(failure.reason, 'CONTAINER_NOT_FOUND');
  assert.equal(failure.metadata.container, 'nobody');
});

test('A stream fails in the same way', async () => {
  const failure = await failureOf(take(containers.StreamLogs({ container: 'nobody' })));
  assert.deepEqual([failure.code, failure.reason], ['NOT_FOUND', 'CONTAINER_NOT_FOUND']);
});

test('A mistake in a request is told with the field', async (t) => {
  const container = await runContainer(t, 'stubborn:1');
  for (const [call, request, field] of [
    ['GetContainer', { container: '../etc/passwd' }, 'container'],
    ['GetContainer', { container: '' }, 'container'],
    ['ListContainers', { labels: ['=no-key'] }, 'labels'],
    ['StopContainer', { container, request_id: 'not a UUID' }, 'request_id'],
    ['StopContainer', { container, timeout: { seconds: -1 } }, 'timeout'],
    ['UpgradeContainer', { container, image: 'Not An Image' }, 'image'],
    ['UpgradeContainer', { container, keep_previous: 11 }, 'keep_previous'],
  ]) {
    const failure = await failureOf(containers[call](request));
    assert.equal(failure.code, 'INVALID_ARGUMENT', `${call} ${JSON.stringify(request)}: ${failure.message}`);
    assert.equal(failure.metadata.field, field);
  }
});
