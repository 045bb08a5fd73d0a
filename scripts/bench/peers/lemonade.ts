/** Lemonade as a user starts it: the real binary, on free ports, in a temporary data directory. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Endpoint } from '../line-client.ts'
import { allocatedOctets, type Peer, treeMemoryOctets, treeProcessorMilliseconds } from './peer.ts'

const binary = fileURLToPath(new URL('../../../packages/server/bin/lemonade.js', import.meta.url))
const manifest = fileURLToPath(new URL('../../../packages/server/package.json', import.meta.url))
const user = 'bench@bench.example'
const password = 'bench-password'

/** `tables`: TOML that follows the rest of the configuration. */
export async function startLemonade(tables = ''): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-bench-'))
  const data = join(folder, 'data')
  const config = join(folder, 'lemonade.toml')
  writeFileSync(
    config,
    `hostname = "bench.example"
data = "${data}"
[listen]
imap = "127.0.0.1:0"
imaps = "127.0.0.1:0"
lmtp = "127.0.0.1:0"
submission = false
submissions = false
smtp = false
managesieve = false
http = false
[auth]
allow_plaintext = "loopback"
[log]
level = "warn"
[limits]
imap_connections = 5000
imap_connections_per_address = 5000
imap_sessions_per_account = 5000
${tables}`,
  )
  const child = spawn(process.execPath, [binary, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGTERM'))
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const file = join(data, 'run', 'endpoints.json')
  for (let attempt = 0; !existsSync(file); attempt++) {
    if (attempt > 400 || child.exitCode !== null) throw new Error('Lemonade did not start')
    await delay(50)
  }
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Endpoint[]>
  const command = (...words: string[]) =>
    execFileSync(process.execPath, [binary, ...words, '--config', config], { input: `${password}\n`, stdio: 'pipe' })
  try {
    command('domain', 'add', 'bench.example')
  } catch {
    // The first start already made the hostname a domain.
  }
  command('account', 'add', user, '--password-stdin')
  const first = (name: string) => endpoints[name]?.[0] as Endpoint
  return {
    name: 'Lemonade',
    version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version,
    user,
    password,
    imap: first('imap'),
    imaps: first('imaps'),
    lmtp: first('lmtp'),
    data,
    diskOctets: () => allocatedOctets(data),
    memoryOctets: () => treeMemoryOctets(child.pid as number),
    processorMilliseconds: () => treeProcessorMilliseconds(child.pid as number),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
