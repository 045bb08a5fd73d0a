import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../problem.ts'
import { configOf } from './config.ts'

const filters = (text: string) => configOf(text, 'lemonade.toml', '/etc/lemonade').filters

test('without a word nobody is asked, looked up, or made to wait', () => {
  assert.deepEqual(filters(''), { submissions: false, greylisting: false, lists: null, rspamd: null, clamav: null })
})

test('rspamd and ClamAV, with what becomes of what they find', () => {
  const found = filters(`[filters]
submissions = "on"
greylisting = "on"
[filters.rspamd]
url = "http://127.0.0.1:11333"
unavailable = "defer"
add_header = "mark"
[filters.clamav]
socket = "/run/clamav/clamd.ctl"
`)
  assert.equal(found.rspamd?.url, 'http://127.0.0.1:11333')
  assert.equal(found.rspamd?.unavailable, 'defer')
  assert.deepEqual([found.rspamd?.treatments.reject, found.rspamd?.treatments.add_header], ['refuse', 'mark'])
  const rest = { unavailable: 'accept', infected: 'refuse', suspect: 'junk' }
  assert.deepEqual(found.clamav, { at: '/run/clamav/clamd.ctl', ...rest })
  assert.deepEqual([found.submissions, found.greylisting], [true, true])
  const at = { host: '127.0.0.1', port: 3310 }
  assert.deepEqual(filters('[filters.clamav]\nsocket = "127.0.0.1:3310"').clamav, { at, ...rest })
})

test('lists in DNS', () => {
  const found = filters(`[filters]
listed_junk = 0.5
[[filters.dnsbl]]
zone = "BL.example.org"
codes = ["127.0.0.2", "127.0.0.4/31"]
[[filters.dnsbl]]
zone = "good.example.org"
weight = -1.5
`).lists
  assert.deepEqual([found?.refuseFrom, found?.junkFrom], [1, 0.5])
  const [first, second] = found?.zones ?? []
  assert.deepEqual([first?.zone, first?.weight, first?.codes?.check('127.0.0.5')], ['bl.example.org', 1, true])
  assert.equal(first?.codes?.check('127.0.0.3'), false)
  assert.deepEqual(second, { zone: 'good.example.org', weight: -1.5 })
})

const mistakes: readonly [text: string, says: string][] = [
  ['[filters]\nsubmissions = true', 'filters.submissions is true; it must be "off" or "on"'],
  ['[filters.rspamd]\nreject = "junk"', 'filters.rspamd.url is missing'],
  ['[filters.rspamd]\nurl = "unix:/x"', 'it must be an http:// or https:// URL'],
  ['[filters.rspamd]\nurl = "http://a"\ngreylist = "drop"', 'it must be "mark", "junk", "defer" or "refuse"'],
  ['[filters.rspamd]\nurl = "http://a"\nsoft-reject = "junk"', 'did you mean filters.rspamd.soft_reject?'],
  ['[filters.clamav]\ninfected = "junk"', 'filters.clamav.socket is missing'],
  ['[filters.clamav]\nsocket = "clamd.ctl"', 'filters.clamav.socket: "clamd.ctl" is not HOST:PORT'],
  ['[[filters.dnsbl]]\nweight = 1', 'filters.dnsbl[0].zone is missing'],
  ['[[filters.dnsbl]]\nzone = "a b"', 'filters.dnsbl[0].zone is "a b"; it must be a domain name'],
  ['[[filters.dnsbl]]\nzone = "a.b"\ncodes = ["x"]', 'filters.dnsbl[0].codes is ["x"]; it must be a list of addresses'],
  ['[[filters.dnsbl]]\nzone = "a.b"\nwieght = 2', 'did you mean filters.dnsbl[0].weight?'],
]
for (const [text, says] of mistakes) {
  test(`${text.replaceAll('\n', ' ')} is a mistake`, () => {
    assert.throws(
      () => filters(text),
      (error: unknown) => error instanceof UserError && error.message.includes(says),
    )
  })
}
