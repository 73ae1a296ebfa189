// A gRPC client made at run time: from .proto files, or from whatever describes them.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

export const protoDirectory = fileURLToPath(new URL('../../proto', import.meta.url));

export const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };
const load = (file, directory) => protoLoader.loadSync(file, { ...options, includeDirs: [directory] });
const inPackage = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));

const messages = load('berth/v1/error.proto', protoDirectory);
export const services = {
  ...load(['container', 'operation', 'host'].map((name) => `berth/v1/${name}_service.proto`), protoDirectory),
  ...load('health/v1/health.proto', inPackage('grpc-health-check/proto')),
  ...load('grpc/reflection/v1alpha/reflection.proto', inPackage('@grpc/reflection/build/proto')),
};

// Every method of a service as a function: of one answer, a promise; of a stream, something to `take` from. No call takes
// longer than 30 seconds, or `seconds`.
export function connect(service, address) {
  const Client = grpc.makeGenericClientConstructor(service);
  const client = new Client(address, grpc.credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
  });
  const methods = Object.entries(service).map(([name, { requestStream, responseStream }]) => {
    const call = (request, { seconds = 30 } = {}, ...callback) => {
      const metadata = new grpc.Metadata({ waitForReady: true });
      const given = requestStream ? [] : [request];
      return client[name](...given, metadata, { deadline: Date.now() + seconds * 1000 }, ...callback);
    };
    const promised = (request, limits = {}) =>
      new Promise((resolve, reject) => {
        call(request, limits, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    return [name, responseStream ? call : promised];
  });
  return { ...Object.fromEntries(methods), close: () => client.close() };
}

// What a stream brings, up to what is `enough`; to its end when nothing is.
export async function take(stream, enough = () => false) {
  const items = [];
  stream.on('error', () => {}); // the loop throws it; this is for the CANCELLED that comes after the loop
  for await (const item of stream) {
    items.push(item);
    if (enough(item)) break;
  }
  stream.cancel();
  return items;
}

// The one google.rpc.ErrorInfo of a status. Ours has the same fields, so that nobody needs Google's files.
export function errorInfo(status) {
  const [detail] = status.details;
  return { type: detail.type_url, ...messages['berth.v1.ErrorInfo'].deserialize(detail.value) };
}

// How a call fails: the code's name, the sentence, and what the trailer tells a program.
export async function failureOf(call) {
  const error = await call.then(
    (answer) => Promise.reject(new Error(`It did not fail but answered ${JSON.stringify(answer)}`)),
    (reason) => reason,
  );
  const [trailer] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const status = trailer && messages['berth.v1.Status'].deserialize(trailer);
  return { code: grpc.status[error.code], message: error.details, status, ...(status && errorInfo(status)) };
}
