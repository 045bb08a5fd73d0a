/** A server that cannot start says why in a sentence, ends with 1 and leaves nothing behind that is in its way later. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { program } from './support/program.ts'
import { binary } from './support/server.ts'

const directory = mkdtempSync(join(tmpdir(), 'lemonade-refusal-'))
after(() => rmSync(directory, { recursive: true }))
const off = ['imap', 'imaps', 'submission', 'submissions', 'smtp', 'lmtp', 'managesieve']

/** What is said for people; the log is on stderr too. */
async function refusal(config: string): Promise<string> {
  const configuration = join(directory, 'lemonade.toml')
  writeFileSync(configuration, config)
  const { code, stdout, stderr } = await program(process.execPath, [binary, 'serve', '--config', configuration])
  assert.equal(code, 1, stderr)
  assert.equal(stdout, '')
  assert.equal(existsSync(join(directory, 'data', 'run', 'endpoints.json')), false)
  return stderr.split('\n').find(line => line.startsWith('lemonade: ')) ?? ''
}

test('a port that is taken', async t => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const listen = `[listen]\n${off.map(name => `${name} = false\n`).join('')}http = "127.0.0.1:${port}"\n`
  assert.equal(
    await refusal(listen),
    `lemonade: Cannot listen on 127.0.0.1:${port}: another program uses this address. Stop it or configure another port.`,
  )
})

test('an address that this machine does not have', async () => {
  const listen = `[listen]\n${off.map(name => `${name} = false\n`).join('')}http = "192.0.2.1:0"\n`
  assert.match(await refusal(listen), /^lemonade: Cannot listen on 192\.0\.2\.1:0: this machine does not have that/)
})

test('a certificate that is none', async () => {
  writeFileSync(join(directory, 'x.pem'), 'x')
  const tls = '[tls]\ncertificate = "x.pem"\nkey = "x.pem"\n'
  assert.match(await refusal(tls), /^lemonade: The certificate \S+x\.pem and the key .* both must be PEM/)
})

test('a data directory that is a file', async () => {
  writeFileSync(join(directory, 'file'), '')
  assert.match(await refusal('data = "file"\n'), /^lemonade: \S+file: file already exists\.$/)
})

test('a limit that is none', async () => {
  assert.match(await refusal('[limits]\nimap_line_octet = 1\n'), /is not a limit; did you mean imap_line_octets\?$/)
})
