// The contract, as buf sees it: well-formed, in buf's style, and within its rules for an API that others build on.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { protoDirectory } from './client.js';

const buf = fileURLToPath(new URL('node_modules/.bin/buf', import.meta.url));

for (const [name, ...words] of [
  ['The contract compiles', 'build'],
  ['The contract follows the rules for APIs', 'lint'],
  ['The contract is formatted', 'format', '--diff', '--exit-code'],
]) {
  test(name, () => execFileSync(buf, words, { cwd: protoDirectory, stdio: ['ignore', process.stderr, process.stderr] }));
}
