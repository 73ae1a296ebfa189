// What the tests stand on: a Docker engine that is theirs, a berthd of their own, containers that are gone afterwards.
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, services, take } from './client.js';

function given(variable) {
  if (process.env[variable]) return process.env[variable];
  const how = 'scripts/private-engine run -- ctest --test-dir build/release -L stranger';
  throw new Error(`${variable} is not set. These tests run within: ${how}`);
}

const berthd = given('BERTH_TEST_BERTHD');
const engine = given('BERTH_TEST_ENGINE');
export const registry = given('BERTH_TEST_REGISTRY');

const execute = promisify(execFile);
export async function docker(...words) {
  const { stdout } = await execute('docker', words, { env: { ...process.env, DOCKER_HOST: engine }, timeout: 60_000 });
  return stdout.trim();
}

// A container for one test; it goes when the test ends, and so do those that upgrades made of it.
export async function runContainer(test, image, ...command) {
  const name = `stranger-${randomUUID().slice(0, 8)}`;
  test.after(async () => {
    const ids = await docker('ps', '--all', '--quiet', '--filter', `label=stranger=${name}`);
    if (ids) await docker('rm', '--force', '--volumes', ...ids.split('\n'));
  });
  await docker('run', '--detach', '--name', name, '--label', `stranger=${name}`, `${registry}/${image}`, ...command);
  return name;
}

export class Berthd {
  #directory = mkdtempSync(join(tmpdir(), 'berth-stranger-'));
  #log = join(this.#directory, 'berthd.log');
  #process;
  #exit;
  address = `unix://${this.#directory}/berthd.sock`;

  // Returns when it says that containers can be served.
  async start() {
    const config = join(this.#directory, 'berthd.toml');
    writeFileSync(config, '');
    const log = openSync(this.#log, 'a');
    const flags = { listen: this.address, engine, 'state-dir': join(this.#directory, 'state'), config };
    const words = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
    this.#process = spawn(berthd, words, { stdio: ['ignore', log, log] });
    this.#exit = once(this.#process, 'exit');
    process.once('exit', () => this.#process.kill('SIGKILL'));
    closeSync(log);

    const health = connect(services['grpc.health.v1.Health'], this.address);
    const statuses = health.Watch({ service: 'berth.v1.ContainerService' }, { seconds: 20 });
    const serving = take(statuses, ({ status }) => status === 'SERVING');
    const ended = this.#exit.then(([code]) => Promise.reject(new Error(`it ended with code ${code}`)));
    await Promise.race([serving, ended])
      .catch((error) => this.#fail(`does not serve: ${error.message}`))
      .finally(() => health.close());
    ended.catch(() => {}); // from now on it may end
  }

  async stop() {
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), 20_000);
    this.#process.kill('SIGTERM');
    const [code, signal] = await this.#exit;
    clearTimeout(impatience);
    if (code !== 0) this.#fail(`ended with ${signal ?? `code ${code}`}`);
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  async remove() {
    await this.stop();
    rmSync(this.#directory, { recursive: true });
  }

  #fail(how) {
    throw new Error(`berthd ${how}. Its log:\n${readFileSync(this.#log)}`);
  }
}
