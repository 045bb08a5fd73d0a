import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startConverter } from '@lemonade/convert'
import { parseMessage } from '@lemonade/mime'
import type { AccountId } from '@lemonade/store'
import { type Ask, compile, conversion, execute, extensions, messageOf, type SieveEnvelope } from 'sieve.js'
import { converted } from './converting.ts'

const programs = { ffmpeg: false, pdftohtml: false, pdftoppm: false, pdftotext: false, soffice: false } as const
const converter = startConverter({ programs })
after(() => converter.close())

const envelope: SieveEnvelope = { from: 'a@example.org', to: 'b@example.org' }

/** What a script does with the message, and the message as it leaves it; null where it has not changed it. */
async function run(script: string, text: string) {
  const octets = Buffer.from(text.replaceAll('\n', '\r\n'))
  const offered = [...extensions, conversion]
  const { program, diagnostics } = compile(script, { extensions: offered })
  assert.ok(program, diagnostics.map(({ message }) => message).join())
  const structure = parseMessage(octets)
  const content = {
    header: octets.subarray(0, structure.bodyStart),
    async *read(start: number, end: number) {
      yield octets.subarray(start, end)
    },
  }
  const host = {
    answer: async (ask: Ask) => {
      if (ask.ask === 'conversion') return converted(ask, { account: 1 as AccountId, content }, converter)
      assert.ok(ask.ask === 'octets')
      return octets.subarray(ask.start, ask.end)
    },
  }
  const view = messageOf(content.header, octets.length, structure)
  const { actions, error } = await execute(program, view, envelope, host, { extensions: offered })
  assert.equal(error, null)
  const [action] = actions
  assert.ok(action?.do === 'keep')
  const pieces = action.edited?.pieces.map(piece =>
    piece instanceof Uint8Array ? piece : octets.subarray(piece.start, piece.end),
  )
  return { flags: action.flags ?? [], edited: pieces === undefined ? null : Buffer.concat(pieces).toString() }
}

test('a part that a script wants as text is text', async () => {
  const message = `Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>Gr=FC=DFe</p>
--b--
`
  const { edited } = await run('require "convert"; convert "text/html" "text/plain" "charset=utf-8";', message)
  const field = /Content-Type: text\/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n(.*)/
  const [, encoded = ''] = field.exec(edited ?? '') ?? []
  assert.equal(Buffer.from(encoded, 'base64').toString().trim(), 'Gr\u00fc\u00dfe')
})

test('what cannot be converted is left as it is, and the script hears of it', async () => {
  const part = 'Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nbm8gcGljdHVyZQ==\n'
  const script =
    'require ["convert", "imap4flags"]; if not convert "image/png" "image/jpeg" "pix-x=9" { addflag "failed"; }'
  for (const message of [part, part.replace('base64', 'x-uuencode')]) {
    assert.deepEqual(await run(script, message), { flags: ['failed'], edited: null })
  }
})
