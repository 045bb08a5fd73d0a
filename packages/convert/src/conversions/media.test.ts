/** Sound and film, with the real ffmpeg. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import sharp from 'sharp'
import { type ConversionParameter, ConvertProblem, startConverter } from '../index.ts'

const converter = startConverter()
const directory = mkdtempSync(join(tmpdir(), 'lemonade-media-'))
after(async () => {
  await converter.close()
  rmSync(directory, { recursive: true })
})

/** A second of a test picture and a tone, with a place in its metadata. */
function made(name: string, ...args: readonly string[]): Buffer {
  const file = join(directory, name)
  const sources = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=320x180:rate=25',
    '-f',
    'lavfi',
    '-i',
    'sine=440:sample_rate=44100',
  ]
  const place = ['-metadata', 'location=+51.5-000.1/', '-metadata', 'title=Secret title']
  execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', ...sources, '-t', '1', ...place, ...args, file])
  return readFileSync(file)
}

const film = made('film.mov', '-movflags', 'use_metadata_tags')
const sound = made('sound.wav', '-vn')

async function convert(
  from: string,
  octets: Uint8Array,
  to: string | null,
  ...parameters: readonly ConversionParameter[]
) {
  const [type = '', subtype = ''] = from.split('/')
  const plan = converter.plan({ type, subtype, parameters: [] }, to, parameters)
  return converter.convert(plan, () => [octets], { account: 'a' })
}

/** Codec, and width by height of what has them, a stream. */
function streams(octets: Uint8Array): string {
  const file = join(directory, 'result')
  writeFileSync(file, octets)
  const args = [
    '-loglevel',
    'error',
    '-of',
    'json',
    '-show_entries',
    'stream=codec_name,width,height:format_tags',
    file,
  ]
  const { streams: found, format } = JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' }))
  assert(!JSON.stringify(format).match(/51\.5|Secret/))
  return found
    .map((each: Record<string, unknown>) =>
      [each['codec_name'], each['width'], each['height']].filter(Boolean).join(' '),
    )
    .toSorted()
    .join(', ')
}

test('a film is a small MP4 that can begin to play before it is whole, and says nothing of where it was made', async () => {
  const { octets, mediaType } = await convert('video/quicktime', film, null)
  assert.deepEqual(mediaType, { type: 'video', subtype: 'mp4', parameters: [] })
  assert.equal(streams(octets), 'aac, h264 320 180')
  const all = Buffer.from(octets)
  assert(all.indexOf('moov') < all.indexOf('mdat'))
})

test('pix-x, pix-y and quality are what they say', async () => {
  const small = await convert('video/quicktime', film, 'video/mp4', ['pix-x', '101'], ['quality', '1'])
  assert.equal(streams(small.octets), 'aac, h264 100 56')
  const large = await convert('video/quicktime', film, 'video/mp4', ['pix-y', '9000'], ['quality', '100']).catch(String)
  assert.match(String(large), /cannot be|ConvertProblem/)
  const best = await convert('video/quicktime', film, 'video/mp4', ['pix-y', '1000'], ['quality', '100'])
  assert.equal(streams(best.octets), 'aac, h264 320 180')
  assert(small.octets.length < best.octets.length)
})

test('a film has a picture, fitted as any', async () => {
  const { octets } = await convert('video/quicktime', film, 'image/jpeg', ['pix-x', '100'])
  const { width, height, format } = await sharp(octets).metadata()
  assert.deepEqual([width, height, format], [100, 56, 'jpeg'])
})

const codecs: Readonly<Record<string, string>> = { 'audio/mp4': 'aac', 'audio/mpeg': 'mp3', 'audio/ogg': 'opus' }

for (const [to, codec] of Object.entries(codecs)) {
  test(`sound, and that of a film, is ${to}`, async () => {
    assert.equal(streams((await convert('audio/x-wav', sound, to)).octets), codec)
    assert.equal(streams((await convert('video/quicktime', film, to, ['quality', '10'])).octets), codec)
  })
}

test('sound has no picture, and a film without sound no sound', async () => {
  const silent = made('silent.mp4', '-an')
  await assert.rejects(convert('video/mp4', silent, 'audio/mpeg'), ConvertProblem)
  await assert.rejects(convert('video/mp4', sound, 'image/jpeg'), ConvertProblem)
  assert.equal(streams((await convert('video/mp4', silent, 'video/mp4')).octets), 'h264 320 180')
})
