// @ts-check
/** Which test files there are to run, and which want a program that this machine may not have. */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/**
 * Tests and the programs that they work with; what is not named here needs only what npm brings.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const programs = {
  'packages/convert/src/conversions/document.test.ts': ['pdftotext', 'pdftohtml', 'pdftoppm', 'soffice'],
  'packages/convert/src/conversions/media.test.ts': ['ffmpeg'],
  'packages/convert/src/hostile.test.ts': ['pdftotext', 'pdftohtml', 'pdftoppm', 'soffice', 'ffmpeg'],
  'packages/convert/src/service.test.ts': ['pdftotext'],
  'test/clients/chromium.test.ts': ['chromium'],
  'test/clients/curl.test.ts': ['curl'],
  'test/clients/filters.test.ts': ['rspamd', '/usr/sbin/clamd'],
  'test/clients/mbsync.test.ts': ['mbsync'],
  'test/clients/mqtt.test.ts': ['/usr/sbin/mosquitto'],
  'test/clients/net-managesieve.test.ts': ['/usr/share/perl5/Net/ManageSieve.pm'],
  'test/clients/offlineimap.test.ts': ['offlineimap'],
  'test/clients/postfix.test.ts': ['/usr/sbin/postfix'],
  'test/clients/sieve-connect.test.ts': ['sieve-connect'],
  'test/clients/swaks-msmtp.test.ts': ['swaks', 'msmtp'],
  'test/clients/xmpp.test.ts': ['prosody'],
}

/**
 * Files for the test runner. A test whose programs are not installed is left out, with a line that says so; where `CI` is
 * set nothing is left out, and a missing program fails its test.
 * @param {string} root the repository's folder
 * @param {{ env?: NodeJS.ProcessEnv, say?: (line: string) => void, libraries?: string }} [io] `libraries`: where the system's begin
 * @returns {string[]}
 */
export function testFiles(root, { env = process.env, say = line => console.error(line), libraries = '/' } = {}) {
  const sources = readdirSync(join(root, 'packages')).map(name => `packages/${name}/src`)
  return [...sources, 'scripts', 'test']
    .flatMap(folder => testsIn(root, folder))
    .filter(file => {
      const missing = (programs[file] ?? []).filter(program => !isInstalled(program, env, libraries))
      if (missing.length === 0 || env['CI'] !== undefined) return true
      const last = missing.pop()
      const names = missing.length === 0 ? `${last} is` : `${missing.join(', ')} and ${last} are`
      say(`lemonade: ${file} is left out, since ${names} not installed`)
      return false
    })
}

/**
 * All test files in a folder and below it, by path.
 * @param {string} root
 * @param {string} folder relative to the root, with forward slashes
 * @returns {string[]}
 */
function testsIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return testsIn(root, path)
      return entry.name.endsWith('.test.ts') ? [path] : []
    })
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
