// A client that knows nothing but the address: it asks berthd what there is to call, and calls it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import protoLoader from '@grpc/proto-loader';
import { connect, failureOf, options, services, take } from './client.js';
import { Berthd, runContainer } from './harness.js';

const berthd = new Berthd();
const health = connect(services['grpc.health.v1.Health'], berthd.address);
const reflection = connect(services['grpc.reflection.v1alpha.ServerReflection'], berthd.address);

before(() => berthd.start());
after(async () => {
  health.close();
  reflection.close();
  await berthd.remove();
});

async function ask(question) {
  const stream = reflection.ServerReflectionInfo();
  stream.write(question);
  stream.end();
  const [answer] = await take(stream);
  assert.equal(answer.error_response, undefined);
  return answer;
}

// A google.protobuf.FileDescriptorSet is as many files as there are, as bytes.
const { FileDescriptorSet } = protoLoader.fromJSON({
  nested: { FileDescriptorSet: { fields: { file: { rule: 'repeated', type: 'bytes', id: 1 } } } },
});

async function discover(symbol) {
  const { file_descriptor_response } = await ask({ file_containing_symbol: symbol });
  const set = FileDescriptorSet.serialize({ file: file_descriptor_response.file_descriptor_proto });
  return protoLoader.loadFileDescriptorSetFromBuffer(set, options)[symbol];
}

test('berthd tells which services it has', async () => {
  const { list_services_response } = await ask({ list_services: '' });
  assert.deepEqual(list_services_response.service.map(({ name }) => name).sort(), [
    'berth.v1.AuditService',
    'berth.v1.CertificateService',
    'berth.v1.ContainerService',
    'berth.v1.HostService',
    'berth.v1.OperationService',
    'berth.v1.WatchdogService',
    'grpc.health.v1.Health',
    'grpc.reflection.v1alpha.ServerReflection',
  ]);
});

test('What berthd describes is what our files say', async () => {
  for (const [name, ours] of Object.entries(services).filter(([name]) => /^berth\.v1\.\w+Service$/.test(name))) {
    const theirs = await discover(name);
    const shape = (service) =>
      Object.values(service).map(({ path, requestStream, responseStream, requestType, responseType }) => {
        const fields = [requestType, responseType].map(({ type }) => [type.name, type.field.map((field) => field.name)]);
        return { path, requestStream, responseStream, fields };
      });
    assert.deepEqual(shape(theirs), shape(ours));
  }
});

test('A client made from what berthd describes can call it', async (t) => {
  const name = await runContainer(t, 'web:1');
  const containers = connect(await discover('berth.v1.ContainerService'), berthd.address);
  const host = connect(await discover('berth.v1.HostService'), berthd.address);
  t.after(() => [containers, host].forEach((client) => client.close()));

  const { containers: found } = await containers.ListContainers({ labels: [`stranger=${name}`] });
  assert.deepEqual(found.map((container) => container.name), [name]);
  const { agent, engine } = await host.GetHost({});
  assert.notEqual(agent.version, '');
  assert.notEqual(engine.version, '');
});

test('The agent and the engine are healthy', async () => {
  for (const service of ['', 'berth.v1.ContainerService']) {
    assert.deepEqual(await health.Check({ service }), { status: 'SERVING' });
    assert.deepEqual(await take(health.Watch({ service }), () => true), [{ status: 'SERVING' }]);
  }
});

test('The health of a service that is not there is not found', async () => {
  assert.equal((await failureOf(health.Check({ service: 'berth.v1.Nothing' }))).code, 'NOT_FOUND');
});

test('A watcher of the health is told when the agent ends', async () => {
  const statuses = [];
  const watch = (async () => {
    for await (const { status } of health.Watch({ service: '' })) {
      if (statuses.push(status) === 1) await berthd.restart();
    }
  })();
  await watch.catch(() => {}); // the connection ends with the agent
  assert.deepEqual(statuses, ['SERVING', 'NOT_SERVING']);
});
