/** rspamd and ClamAV, real, each with a configuration, rules and signatures of the test's own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Daemon, freePort } from './daemon.ts'

export interface FilterProgram {
  readonly daemon: Daemon
  readonly port: number
  /** Stops it; its files go with it. */
  stop(): Promise<void>
}

/** Octets that the signature of the tests' own makes a virus of. */
export const virus = 'lemonade-test-virus-0123456789'
/** Octets that only look like one. */
export const suspicion = 'lemonade-test-suspicion-0123456789'
/** What every filter against spam has to know. */
export const gtube = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'

export interface Clamd extends FilterProgram {
  /** The path of its socket. */
  readonly socket: string
}

export async function startClamd({ streamOctets = 4_000_000 } = {}): Promise<Clamd> {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-clamd-'))
  const database = join(directory, 'db')
  mkdirSync(database)
  const signature = (name: string, octets: string) => `${name}:0:*:${Buffer.from(octets).toString('hex')}\n`
  const signatures = `${signature('Lemonade.Test', virus)}${signature('Heuristics.Lemonade.Test', suspicion)}`
  writeFileSync(join(database, 'lemonade.ndb'), signatures)
  const port = await freePort()
  const socket = join(directory, 'clamd.sock')
  const settings = {
    Foreground: 'yes',
    LocalSocket: socket,
    TCPAddr: '127.0.0.1',
    TCPSocket: port,
    DatabaseDirectory: database,
    TemporaryDirectory: directory,
    StreamMaxLength: streamOctets,
  }
  const file = join(directory, 'clamd.conf')
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key} ${value}\n`)
      .join(''),
  )
  const daemon = new Daemon('/usr/sbin/clamd', ['-c', file])
  return { ...(await running(daemon, port, directory)), socket }
}

/** Its rules: a subject that costs points, and a symbol with all that it was told of the envelope. */
const rules = `
rspamd_config:register_symbol({ name = 'LEMONADE_OFFER', score = 1.0, callback = function(task)
  local points = (task:get_subject() or ''):match('offer (%d+)')
  if points then return true, tonumber(points) end
end })
rspamd_config:register_symbol({ name = 'LEMONADE_LATER', score = 1.0, callback = function(task)
  if task:get_subject() == 'later' then task:set_pre_result('soft reject', 'not now') end
end })
rspamd_config:register_symbol({ name = 'LEMONADE_ENVELOPE', score = 0.01, callback = function(task)
  local addresses = {}
  for _, to in ipairs(task:get_recipients('smtp') or {}) do addresses[#addresses + 1] = to.addr end
  local from = (task:get_from('smtp') or {{}})[1].addr
  local file = io.open(ENVELOPES, 'a')
  file:write(table.concat({ tostring(task:get_from_ip()), tostring(task:get_helo()), tostring(from),
    table.concat(addresses, ','), tostring(task:get_user()) }, ' ') .. '\\n')
  file:close()
  return true
end })
`

export interface Rspamd extends FilterProgram {
  /** A line a message: address, HELO, sender, recipients and user. */
  envelopes(): readonly string[]
}

export async function startRspamd(): Promise<Rspamd> {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-rspamd-'))
  const port = await freePort()
  const path = (name: string) => JSON.stringify(join(directory, name))
  const envelopes = join(directory, 'envelopes')
  writeFileSync(envelopes, '')
  writeFileSync(join(directory, 'rules.lua'), `ENVELOPES = ${JSON.stringify(envelopes)}\n${rules}`)
  writeFileSync(join(directory, 'suffixes'), 'example\norg\n')
  writeFileSync(
    join(directory, 'rspamd.conf'),
    `options {
      pidfile = ${path('pid')}; cache_file = ${path('cache')}; stats_file = ${path('stats')}; rrd = ${path('rrd')};
      url_tld = ${path('suffixes')}; tempdir = ${path('')}; hs_cache_dir = ${path('')};
      control_socket = "${join(directory, 'control')} mode=0600";
      filters = ""; dns { nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }
    }
    logging { type = "console"; level = "error"; }
    lang_detection { languages = ${path('')}; }
    lua = ${path('rules.lua')};
    actions { reject = 15; "add header" = 6; greylist = 4; }
    worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
    `,
  )
  const daemon = new Daemon('rspamd', ['-i', '-f', '-c', join(directory, 'rspamd.conf')])
  const program = await running(daemon, port, directory)
  return { ...program, envelopes: () => readFileSync(envelopes, 'utf8').split('\n') }
}

async function running(daemon: Daemon, port: number, directory: string): Promise<FilterProgram> {
  const stop = async () => {
    await daemon.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await daemon.listens(port)
  } catch (error) {
    await stop()
    throw error
  }
  return { daemon, port, stop }
}
