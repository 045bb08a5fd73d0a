import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseMessage } from './parse.ts'
import { textOfHtml } from './plain.ts'
import { previewOf } from './preview.ts'

function preview(message: string): string {
  const octets = new TextEncoder().encode(message)
  return previewOf(parseMessage(octets), (start, end) => octets.subarray(start, end))
}

const alternative = (...parts: string[]) =>
  `Content-Type: multipart/alternative; boundary=b\r\n\r\n${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`
const html = (text: string) => `Content-Type: text/html; charset=utf-8\r\n\r\n${text}`
const plain = (text: string) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`

test('the first words of a message', () => {
  const rows: readonly (readonly [string, string])[] = [
    [plain('  Hello,\r\n\r\n\tworld \r\n'), 'Hello, world'],
    [plain('café\u200b \u0007x'), 'café x'],
    ['Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=', 'hello'],
    [
      'Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9',
      'café',
    ],
    [plain('Yes!\r\n\r\nOn Monday, Bob wrote:\r\n> Shall we?\r\n> Bob\r\n-- \r\nAlice, Inc.'), 'Yes!'],
    [plain('> only\r\n> quoted'), 'only quoted'],
    [plain('x'.repeat(300)), 'x'.repeat(200)],
    [plain('𝒳'.repeat(300)), '𝒳'.repeat(200)],
    [html('<p>a<br>b</p><p>c</p>'), 'a b c'],
    [alternative(html('<b>rich</b>'), plain('poor')), 'poor'],
    [alternative(plain(' \r\n'), html('<b>ri</b>ch')), 'rich'],
    ['Content-Type: image/png\r\n\r\nx', ''],
    ['Content-Disposition: attachment\r\n\r\nsecret', ''],
    ['Content-Transfer-Encoding: x-what\r\n\r\nx', ''],
    ['Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nforwarded', 'forwarded'],
    [plain('-----BEGIN PGP MESSAGE-----\r\nabc'), ''],
    ['', ''],
    ['Subject: no body\r\n', ''],
  ]
  for (const [message, expected] of rows) assert.equal(preview(message), expected, message.slice(0, 80))
})

test('what is read of HTML', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['<head><title>T</title></head><style>p{}</style>a', '  a'],
    ['a<!-- b --> c', 'a c'],
    ['a<!-- never ends', 'a'],
    ['1 < 2 &amp; 3 &lt; 4 &#8364; &#x20AC; &nosuch; &#9999999;', '1 < 2 & 3 < 4 € € &nosuch; &#9999999;'],
    ['<script>if (a < b) alert("</p>")</script>x', ' x'],
    ['<style>never ends', ' '],
    ['<a href="x">li</a>nk<p', 'link '],
    ['<!doctype html><?php ?>x', 'x'],
  ]
  for (const [text, expected] of rows) assert.equal(textOfHtml(text), expected, text)
})

test('any text gives a line of at most 200 well-formed characters, soon', () => {
  const signs = fc.constantFrom(
    '<',
    '>',
    '<!--',
    '-->',
    '<style>',
    '</style>',
    '&',
    '&#',
    '&amp;',
    'a',
    ' ',
    '\r\n',
    '\ud800',
    '𝒳',
    '\0',
    '-- ',
  )
  fc.assert(
    fc.property(fc.string({ unit: signs, maxLength: 400 }), fc.constantFrom(plain, html), (text, kind) => {
      const line = preview(kind(text))
      assert.ok([...line].length <= 200)
      assert.ok(line.isWellFormed() && !/[\p{Cc}]/u.test(line), JSON.stringify(line))
      assert.equal(line, line.trim())
    }),
    { seed: 8, numRuns: 500 },
  )
  for (const sign of ['<', '<!--', '<style>', '<style', '&#', '&amp', '> ', '\n']) {
    const started = performance.now()
    preview(html(sign.repeat(200_000)))
    preview(plain(sign.repeat(200_000)))
    assert.ok(performance.now() - started < 1000, sign)
  }
})
