import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf } from './config.ts'

const convert = (text: string) => configOf(`[convert]\n${text}`, 'lemonade.toml', '/etc').convert

test('without a word everything is converted that can be', () => {
  const { enabled, media, programs, preferred } = convert('')
  assert.deepEqual([enabled, media, programs, preferred[0]], [true, true, {}, 'text/plain'])
})

test('programs are named, looked for beside the file, or done without', () => {
  const { programs } = convert('ffmpeg = "/opt/ffmpeg"\nsoffice = false\npdftotext = "bin/pdftotext"')
  assert.deepEqual(programs, { ffmpeg: '/opt/ffmpeg', soffice: false, pdftotext: '/etc/bin/pdftotext' })
  assert.deepEqual(convert('preferred = ["IMAGE/WebP"]').preferred, ['image/webp'])
  assert.equal(convert('enabled = false').enabled, false)
})

test('what is wrong is told', () => {
  for (const [text, told] of [
    ['enabled = "no"', /convert\.enabled is "no"; it must be true or false/],
    ['media = 1', /convert\.media is 1/],
    ['preferred = []', /convert\.preferred is \[\]; it must be a list of media types/],
    ['preferred = ["jpeg"]', /convert\.preferred/],
    ['ffmpeg = true', /convert\.ffmpeg is true; it must be the path of the program, or false/],
    ['ffmpg = false', /convert\.ffmpg is not a setting; did you mean convert\.ffmpeg\?/],
  ] as const) {
    assert.throws(() => convert(text), told, text)
  }
})
