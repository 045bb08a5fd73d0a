/** A real Prosody with accounts of the test's own, and a client that hears what one of them is sent. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Daemon, freePort } from './daemon.ts'

export interface Prosody {
  readonly port: number
  /** PEM of the certificate of `localhost` that it has where it has TLS. */
  readonly certificate: string
  readonly daemon: Daemon
  stop(): Promise<void>
}

/** Accounts of `localhost` with their passwords; STARTTLS where `tls` is set. */
export async function startProsody(
  accounts: Readonly<Record<string, string>>,
  { tls = false, port }: { tls?: boolean; port?: number } = {},
): Promise<Prosody> {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-prosody-'))
  const listening = port ?? (await freePort())
  const [key, certificate] = [join(directory, 'localhost.key'), join(directory, 'localhost.crt')]
  const words = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', ...words, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  })
  const data = join(directory, 'data')
  mkdirSync(join(data, 'localhost', 'accounts'), { recursive: true })
  for (const [name, password] of Object.entries(accounts)) {
    const file = join(data, 'localhost', 'accounts', `${name}.dat`)
    writeFileSync(file, `return {\n  ["password"] = ${JSON.stringify(password)};\n};\n`)
  }
  const configuration = join(directory, 'prosody.cfg.lua')
  writeFileSync(
    configuration,
    `run_as_root = true
daemonize = false
data_path = ${JSON.stringify(data)}
pidfile = ${JSON.stringify(join(directory, 'prosody.pid'))}
interfaces = { "127.0.0.1" }
c2s_ports = { ${listening} }
modules_enabled = { "saslauth", ${tls ? '"tls",' : ''} "ping", "disco", "roster", "offline" }
modules_disabled = { "s2s", "http", "admin_shell", "cron" }
authentication = "internal_plain"
allow_unencrypted_plain_auth = false
c2s_require_encryption = ${tls}
certificates = ${JSON.stringify(directory)}
log = { info = "*console" }
VirtualHost "localhost"
  ${tls ? `ssl = { key = ${JSON.stringify(key)}, certificate = ${JSON.stringify(certificate)} }` : ''}
`,
  )
  const daemon = new Daemon('/usr/bin/prosody', ['--config', configuration, '-F'])
  const stop = async () => {
    await daemon.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await daemon.listens(listening)
  } catch (error) {
    await stop()
    throw error
  }
  const { readFileSync } = await import('node:fs')
  return { port: listening, certificate: readFileSync(certificate, 'utf8'), daemon, stop }
}
