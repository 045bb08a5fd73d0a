import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type CommandToConfine, Confiner } from './confinement.ts'
import { findProgram, isProgram } from './find-program.ts'

const directory = mkdtempSync(join(tmpdir(), 'lemonade-confined-'))
after(() => rmSync(directory, { recursive: true }))
const readable = join(directory, "it's readable")
const hidden = join(readable, 'hidden')
mkdirSync(hidden, { recursive: true })
writeFileSync(join(readable, 'file'), 'readable')
writeFileSync(join(hidden, 'secret'), 'secret')

const confiner = new Confiner([hidden, '/nowhere'])
const shell = findProgram('sh') ?? assert.fail('no shell')

function run(script: string, more: Partial<CommandToConfine> = {}, input = '') {
  const resources = { cpuSeconds: 5, addressOctets: null, scratchOctets: 4_194_304 }
  const command = { program: shell, args: ['-c', script], resources, readable: [readable], directory, ...more }
  const { file, args } = confiner.command(command)
  const { stdout, stderr, status } = spawnSync(file, args, { input, env: { PATH: '/usr/bin:/bin' }, timeout: 20_000 })
  return { output: stdout.toString(), errors: stderr.toString(), status }
}

test('this system has what it takes: name spaces', () => assert.equal(confiner.kind, 'namespaces'))

test('only what the system installs, and what is named, is there', () => {
  const { output } = run('ls -A / /tmp; cat "$0/file"'.replace('$0', readable))
  assert.match(output, /readable$/)
  const names = output.split('\n')
  for (const name of ['usr', 'proc', 'tmp']) assert(names.includes(name), name)
  for (const name of ['home', 'root', 'var', 'run', 'boot', 'srv', 'sys']) assert(!names.includes(name), name)
})

test('what is hidden is empty, though it lies in what is readable', () => {
  const { output, status } = run(`ls -A "${hidden}"; cat "${hidden}/secret"`)
  assert.deepEqual([output, status === 0], ['', false])
})

test('nothing outside its own directory can be written, and that is gone afterwards', () => {
  const { output } = run(
    `for d in /usr "${readable}" "${hidden}" /etc; do (: >"$d/x") 2>/dev/null && echo "$d"; done; echo a >here && cat here`,
  )
  assert.equal(output, '/etc\na\n')
  assert.notEqual(run('cat /tmp/here').status, 0)
})

test('there is no network, not even the host’s own', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(listening => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  const script = `require('node:net').connect(${port}, '127.0.0.1').on('error', e => console.log(e.code)).on('connect', () => console.log('connected'))`
  const { output } = run('', { program: process.execPath, args: ['-e', script] })
  server.close()
  assert.match(output, /^(?:ENETUNREACH|EADDRNOTAVAIL)$/m)
})

test('there is no other process to see, and no privilege to have', () => {
  const { output } = run(
    'kill -0 1 && ls -d /proc/[0-9]* | wc -l; grep -h -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status',
  )
  const [processes = '', ...rest] = output.trim().split('\n')
  assert(Number(processes) < 6)
  assert.deepEqual(rest.map(line => line.split(/\s+/)[1]).toSorted(), ['0000000000000000', '0000000000000000', '1'])
})

test('files go in by standard input and out by standard output', () => {
  const { output, status } = run('tr a-z A-Z <in >out; echo noise', { files: { input: 'in', output: 'out' } }, 'hello')
  assert.deepEqual([output, status], ['HELLO', 0])
  assert.equal(run('cat in', { files: { input: 'in', output: null } }, 'hello').output, 'hello')
  assert.equal(run('exit 3', { files: { input: 'in', output: 'out' } }).status, 3)
  assert.equal(run(':', { files: { input: 'in', output: 'out' } }).status, 66)
})

test('its directory holds so much, all files together', () => {
  const { output, status } = run('head -c 2200000 /dev/zero >a && echo one; head -c 2200000 /dev/zero >b && echo two')
  assert.equal(output, 'one\n')
  assert.notEqual(status, 0)
})

test('processor time and address space are bounded', () => {
  const resources = { cpuSeconds: 1, addressOctets: null, scratchOctets: 4_194_304 }
  assert.notEqual(run('while :; do :; done', { resources }).status, 0)
  const little = { ...resources, addressOctets: 50_000_000 }
  const allocate = ['-c', 'x=$(head -c 60000000 /dev/zero | tr "\\0" a); echo "length $(printf %s "$x" | wc -c)"']
  assert.notEqual(run('', { resources: little, args: allocate }).output.trim(), 'length 60000000')
})

test('programs are found where they are, and only files that run are programs', () => {
  assert.equal(findProgram('no-such-program'), null)
  writeFileSync(join(directory, 'plain'), '')
  assert(!isProgram(join(directory, 'plain')))
  assert(!isProgram(directory))
  assert.equal(findProgram('plain', directory), null)
  assert(isProgram(shell))
})
