// @ts-check
/** Which test files there are to run, and which want a program that this machine may not have. */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

const unitTests = ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/*.test.ts']

/**
 * Tests in test/clients and the programs that they work with; what is not named here needs only what npm brings.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const clientPrograms = {
  'chromium.test.ts': ['chromium'],
  'curl.test.ts': ['curl'],
  'filters.test.ts': ['rspamd', '/usr/sbin/clamd'],
  'mbsync.test.ts': ['mbsync'],
  'mqtt.test.ts': ['/usr/sbin/mosquitto'],
  'net-managesieve.test.ts': ['/usr/share/perl5/Net/ManageSieve.pm'],
  'offlineimap.test.ts': ['offlineimap'],
  'postfix.test.ts': ['/usr/sbin/postfix'],
  'sieve-connect.test.ts': ['sieve-connect'],
  'swaks-msmtp.test.ts': ['swaks', 'msmtp'],
  'xmpp.test.ts': ['prosody'],
}

/**
 * Patterns and files for the test runner. A test whose client is not installed is left out, with a line that says so;
 * where `CI` is set nothing is left out, and a missing client fails its test.
 * @param {string} root the repository's folder
 * @param {{ env?: NodeJS.ProcessEnv, say?: (line: string) => void, libraries?: string }} [io] `libraries`: where the system's begin
 * @returns {string[]}
 */
export function testFiles(root, { env = process.env, say = line => console.error(line), libraries = '/' } = {}) {
  const folders = readdirSync(join(root, 'test'), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== 'clients')
    .map(({ name }) => `test/${name}/**/*.test.ts`)
  const clients = readdirSync(join(root, 'test', 'clients')).filter(name => name.endsWith('.test.ts'))
  const wanted = clients.filter(name => {
    const missing = (clientPrograms[name] ?? []).filter(program => !isInstalled(program, env, libraries))
    if (missing.length === 0 || env['CI'] !== undefined) return true
    say(`lemonade: test/clients/${name} is left out, since ${missing.join(' and ')} is not installed`)
    return false
  })
  return [...unitTests, ...folders, ...wanted.map(name => `test/clients/${name}`)]
}

/**
 * @param {string} program a name to be found on the path, or where a library's file is
 * @param {NodeJS.ProcessEnv} env
 * @param {string} libraries
 */
function isInstalled(program, env, libraries) {
  if (program.startsWith('/')) return existsSync(join(libraries, program))
  return (env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}
