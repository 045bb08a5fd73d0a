/** Dovecot from Debian's packages, with a configuration of its own in a temporary folder. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LineClient } from '../line-client.ts'
import { allocatedOctets, type Peer, treeMemoryOctets, treeProcessorMilliseconds } from './peer.ts'

const user = 'bench@bench.example'
const password = 'bench-password'

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function ids(account: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, account], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Starts it; needs root, since Dovecot changes to its own users. `format` is a mail_location driver. */
export async function startDovecot(format = 'sdbox'): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-bench-dovecot-'))
  chmodSync(folder, 0o755)
  const mail = join(folder, 'mail')
  mkdirSync(mail)
  const owner = ids('mail')
  chownSync(mail, owner.uid, owner.gid)
  const [imap, imaps, lmtp] = [await freePort(), await freePort(), await freePort()]
  execFileSync(
    'openssl',
    'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem'.split(' '),
    { cwd: folder, stdio: 'ignore' },
  )
  writeFileSync(join(folder, 'users'), `${user}:{PLAIN}${password}:${owner.uid}:${owner.gid}::${mail}::\n`)
  const listener = (name: string, port: number, more = '') =>
    `inet_listener ${name} {\n address = 127.0.0.1\n port = ${port}\n ${more}\n}\n`
  writeFileSync(
    join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap lmtp
protocol imap {\n mail_plugins = imap_zlib\n}
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
mail_location = ${format}:${mail}/%u
mail_max_userip_connections = 5000
first_valid_uid = 1
default_process_limit = 2000
default_client_limit = 8000
passdb {\n driver = passwd-file\n args = ${folder}/users\n}
userdb {\n driver = passwd-file\n args = ${folder}/users\n}
service imap-login {\n service_count = 0\n client_limit = 4000\n process_limit = 2\n ${listener('imap', imap)} ${listener('imaps', imaps, 'ssl = yes')}}
service imap {\n process_limit = 2000\n}
service lmtp {\n process_limit = 60\n ${listener('lmtp', lmtp)}}
service stats {\n client_limit = 8000\n}
`,
  )
  const child = spawn('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', text => {
    said += text
  })
  process.once('exit', () => child.kill('SIGTERM'))
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  for (let attempt = 0; ; attempt++) {
    try {
      const line = await LineClient.open({ host: '127.0.0.1', port: imap })
      await line.line(text => text.startsWith('* OK'))
      line.close()
      break
    } catch (error) {
      if (attempt > 100 || child.exitCode !== null) {
        throw new Error(`Dovecot did not start: ${said}${String(error)}`)
      }
      await delay(50)
    }
  }
  const endpoint = (port: number) => ({ host: '127.0.0.1', port })
  return {
    name: 'Dovecot',
    version: `${execFileSync('dovecot', ['--version'], { encoding: 'utf8' }).trim()} (${format})`,
    user,
    password,
    imap: endpoint(imap),
    imaps: endpoint(imaps),
    lmtp: endpoint(lmtp),
    diskOctets: () => allocatedOctets(mail),
    memoryOctets: () => treeMemoryOctets(child.pid as number),
    processorMilliseconds: () => treeProcessorMilliseconds(child.pid as number),
    async stop() {
      child.kill('SIGTERM')
      await ended
      const log = readFileSync(join(folder, 'dovecot.log'), 'utf8')
      for (const line of log
        .split('\n')
        .filter(text => /Error|Panic|Fatal/.test(text))
        .slice(0, 3))
        console.error(line)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
