/** A real Mosquitto, with or without TLS and a password file of the test's own. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Daemon, freePort } from './daemon.ts'

export interface Mosquitto {
  readonly port: number
  /** With TLS, for `localhost`. */
  readonly tlsPort: number
  /** PEM of its certificate. */
  readonly certificate: string
  readonly daemon: Daemon
  stop(): Promise<void>
}

/** Without users everybody may publish and subscribe. */
export async function startMosquitto(
  users: Readonly<Record<string, string>> = {},
  ports: { readonly port?: number } = {},
): Promise<Mosquitto> {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-mosquitto-'))
  // It gives up being root, and must still read these.
  chmodSync(directory, 0o755)
  const [port, tlsPort] = [ports.port ?? (await freePort()), await freePort()]
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const words = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', ...words, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  })
  const passwords = join(directory, 'passwords')
  writeFileSync(passwords, '', { mode: 0o600 })
  for (const [name, password] of Object.entries(users)) {
    execFileSync('mosquitto_passwd', ['-b', passwords, name, password], { stdio: 'ignore' })
  }
  for (const file of [key, certificate, passwords]) chmodSync(file, 0o644)
  const access = Object.keys(users).length === 0 ? 'allow_anonymous true' : `password_file ${passwords}`
  const file = join(directory, 'mosquitto.conf')
  writeFileSync(
    file,
    `${access}
listener ${port} 127.0.0.1
listener ${tlsPort} 127.0.0.1
certfile ${certificate}
keyfile ${key}
`,
  )
  const daemon = new Daemon('/usr/sbin/mosquitto', ['-c', file])
  const stop = async () => {
    await daemon.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await daemon.listens(port)
    await daemon.listens(tlsPort)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, tlsPort, certificate: readFileSync(certificate, 'utf8'), daemon, stop }
}
