import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capabilities, notifySchemes } from 'sieve.js'
import { configOf } from './config.ts'
import { offeredBy } from './offered.ts'

const config = (text: string) => configOf(text, 'f', '/').notify

const everything = `
[xmpp]
jid = "lemonade@example.org"
password = "p"
server = "xmpps://xmpp.example.org:5223"
[sms]
url = "https://sms.example.net/send?to={to}"
content_type = "text/plain"
body = "{text}"
authorization = "Bearer x"
[emn]
url = "https://ppg.example.net/pap"
format = "xml"
[notify.commands]
bell = "/usr/local/bin/bell"
lamp = ["/usr/local/bin/lamp", "on"]
[[notify.mqtt]]
name = "broker"
url = "mqtts://broker.example.org:8883"
user = "lemonade"
password = "p"
topic = "mail/{user}"
events = ["MessageNew", "vnd.lemonade.SieveNotify"]
include = ["envelope", "url"]
url_seconds = 60
tags = ["a"]
plain_flags = true
[[notify.command]]
name = "archive"
command = ["/usr/bin/archive", "-v"]
[[notify.xmpp]]
name = "ops"
jid = "ops@example.org"
batch_events = 50
[[notify.sms]]
name = "ops"
number = "+12015550123"
events = ["QuotaExceed"]
[[notify.emn]]
name = "ops"
number = "+12015550123"
[[notify.mail]]
name = "ops"
address = "ops@example.net"
batch_events = 100
batch_milliseconds = 60000
`

test('every way of notifying and every kind of target', () => {
  const { ways, targets } = config(everything)
  assert.deepEqual(ways.xmpp, { jid: 'lemonade@example.org', password: 'p', server: 'xmpps://xmpp.example.org:5223' })
  const headers = { authorization: 'Bearer x' }
  const sms = { url: 'https://sms.example.net/send?to={to}', contentType: 'text/plain', body: '{text}', headers }
  assert.deepEqual(ways.sms, sms)
  assert.deepEqual(ways.emn, { url: 'https://ppg.example.net/pap', format: 'xml', headers: {} })
  assert.deepEqual(
    [...(ways.commands ?? [])],
    [
      ['bell', ['/usr/local/bin/bell']],
      ['lamp', ['/usr/local/bin/lamp', 'on']],
    ],
  )
  assert.deepEqual(targets.mqtt, [
    {
      ...{ name: 'broker', url: 'mqtts://broker.example.org:8883', user: 'lemonade', password: 'p' },
      ...{ topic: 'mail/{user}', tags: ['a'], plainFlags: true },
      types: new Set(['MessageNew', 'vnd.lemonade.SieveNotify']),
      include: { parameters: new Set(['envelope', 'url']), contentOctets: 10_000, urlSeconds: 60 },
    },
  ])
  assert.deepEqual(targets.commands, [{ name: 'archive', command: ['/usr/bin/archive', '-v'] }])
  assert.deepEqual(targets.others, [
    { kind: 'xmpp', name: 'ops', target: { jid: 'ops@example.org' }, batch: { events: 50, milliseconds: 1_000 } },
    { kind: 'sms', name: 'ops', target: { number: '+12015550123' }, types: new Set(['QuotaExceed']) },
    { kind: 'emn', name: 'ops', target: { number: '+12015550123' } },
    { kind: 'mail', name: 'ops', target: { address: 'ops@example.net' }, batch: { events: 100, milliseconds: 60_000 } },
  ])
})

test('nothing is set up where nothing is said', () => {
  assert.deepEqual(config(''), { ways: {}, targets: { mqtt: [], commands: [], others: [] } })
})

test('what scripts may require goes by what is set up', () => {
  const offering = (text: string) => ({ notify: config(text), convert: { enabled: true } })
  const schemes = (text: string) => notifySchemes(offeredBy(offering(text)))
  assert.deepEqual(schemes(''), ['http', 'https', 'mailto', 'webpush'])
  assert.deepEqual(schemes(everything), ['http', 'https', 'mailto', 'tel', 'webpush', 'xmpp'])
  assert.deepEqual(capabilities(offeredBy(offering(''))), capabilities(offeredBy(offering(everything))))
})

test('webhooks have the same wishes', () => {
  const text = '[[webhook]]\nname = "a"\nurl = "http://a"\nsecret = "s"\nevents = ["Login"]\nbatch_events = 10\n'
  const [webhook] = configOf(text, 'f', '/').webhooks
  assert.deepEqual(webhook?.types, new Set(['Login']))
  assert.deepEqual(webhook?.batch, { events: 10, milliseconds: 0 })
})

test('a webhook takes what has come at once, unless it is to have one event a request', () => {
  const batchOf = (text: string) =>
    configOf(`[[webhook]]\nname = "a"\nurl = "http://a"\nsecret = "s"\n${text}`, 'f', '/').webhooks[0]?.batch
  assert.deepEqual(batchOf(''), { events: 100, milliseconds: 0 })
  assert.deepEqual(batchOf('batch_milliseconds = 5'), { events: 100, milliseconds: 5 })
  assert.equal(batchOf('batch_events = 1'), undefined)
})

const mqtt = '[[notify.mqtt]]\nname = "a"\n'
const wrong: readonly (readonly [what: string, text: string, sentence: string])[] = [
  ['an account without a password', '[xmpp]\njid = "a@b"', 'xmpp.password is missing'],
  ['an account without a name', '[xmpp]\npassword = "p"', 'xmpp.jid is missing'],
  ['a server of XMPP', '[xmpp]\njid = "a@b"\npassword = "p"\nserver = "b:5222"', 'xmpp.server is "b:5222"'],
  ['a gateway without a place for the text', '[sms]\nurl = "http://a"\nbody = "{to}"', 'and one of them {text}'],
  ['a gateway without a URL', '[sms]\nbody = "{to}{text}"', 'sms.url is missing'],
  ['two lines', '[emn]\nurl = "http://a"\nauthorization = "a\\nb"', 'emn.authorization must be one line'],
  ['a way that is not set up', '[[notify.sms]]\nname = "a"\nnumber = "+1"', 'notify.sms needs a table [sms]'],
  ['a relative program', '[notify.commands]\nbell = "bell"', 'notify.commands.bell is "bell"; it must be the absolute'],
  ['a program of no name', '[notify.commands]\n"a b" = "/bin/true"', 'must be named with letters'],
  ['a target without a program', '[[notify.command]]\nname = "a"', 'notify.command[0].command is missing'],
  ['a broker', `${mqtt}url = "http://a"`, 'notify.mqtt[0].url is "http://a"; it must be "mqtt://HOST:PORT"'],
  ['a wildcard', `${mqtt}url = "mqtt://a"\ntopic = "a/#"`, 'notify.mqtt[0].topic is "a/#"'],
  [
    'a certificate',
    `${mqtt}url = "mqtt://a"\ncertificate_authority = "nowhere"`,
    'certificate_authority cannot be read.',
  ],
  ['an event', `${mqtt}url = "mqtt://a"\nevents = ["MessageOld"]`, 'notify.mqtt[0].events is ["MessageOld"]'],
  [
    'a batch',
    '[[notify.mail]]\nname = "a"\naddress = "a@b"\nbatch_milliseconds = 5',
    'needs notify.mail[0].batch_events',
  ],
  [
    'a batch of one event that waits for others',
    '[[webhook]]\nname = "a"\nurl = "http://a"\nsecret = "s"\nbatch_events = 1\nbatch_milliseconds = 5',
    'webhook[0].batch_milliseconds needs webhook[0].batch_events',
  ],
  ['two of a name', `${mqtt}url = "mqtt://a"\n${mqtt}url = "mqtt://b"`, 'notify.mqtt[1].name is "a", as another\'s'],
  ['a misspelt key', `${mqtt}url = "mqtt://a"\ntopics = "a"`, 'did you mean notify.mqtt[0].topic?'],
]
for (const [what, text, sentence] of wrong) {
  test(`${what}: refused with a sentence`, () => {
    assert.throws(
      () => config(text),
      ({ message }: Error) => message.includes(sentence) || assert.fail(message),
    )
  })
}
