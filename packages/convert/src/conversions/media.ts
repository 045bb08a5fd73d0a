/** Sound and film in the small formats that every phone plays, and a picture of a film: ffmpeg. */
import type { Conversion, Job } from '../conversion.ts'
import type { Converted } from '../converter.ts'
import { numberFrom } from '../parameters.ts'
import { Refusal, type Tools } from '../run/tools.ts'
import { imageParameters, imageTargets, toImage } from './image.ts'

const audioSources = [
  ...['3gpp', 'aac', 'aacp', 'aiff', 'amr', 'amr-wb', 'basic', 'flac', 'mp3', 'mp4', 'mpeg', 'ogg', 'opus', 'vnd.wave'],
  ...['wav', 'webm', 'x-aiff', 'x-flac', 'x-m4a', 'x-ms-wma', 'x-wav'],
].map(subtype => `audio/${subtype}`)

const videoSources = [
  ...['3gpp', '3gpp2', 'avi', 'mp2t', 'mp4', 'mpeg', 'ogg', 'quicktime', 'webm', 'x-flv', 'x-m4v', 'x-matroska'],
  ...['x-ms-asf', 'x-ms-wmv', 'x-msvideo'],
].map(subtype => `video/${subtype}`)

/** Formats that hold what they play. Playlists, which name other files and hosts, are none of them. */
const formats = [
  ...['aac', 'aiff', 'amr', 'asf', 'au', 'avi', 'flac', 'flv', 'matroska', 'mov', 'mp3', 'mpeg', 'mpegts', 'mpegvideo'],
  ...['ogg', 'wav'],
].join(',')

/** The screen of a phone, held sideways; a film that is smaller stays so. */
const usualBox = { width: 854, height: 480 }

/** How well it sounds and looks where nobody says: speech and a face are clear. */
const usualQuality = 60

/** What each target is made with; bits of sound a second go with the quality. */
const audioCodecs: Readonly<Record<string, readonly string[]>> = {
  'audio/mp4': ['-c:a', 'aac', '-movflags', '+faststart', '-f', 'mp4'],
  'audio/mpeg': ['-c:a', 'libmp3lame', '-f', 'mp3'],
  'audio/ogg': ['-c:a', 'libopus', '-f', 'ogg'],
}

export const audioConversion: Conversion = {
  ...{ name: 'audio 1', from: [...audioSources, ...videoSources], to: Object.keys(audioCodecs) },
  toItself: true,
  programs: ['ffmpeg'],
  parameters: () => ({ quality: numberFrom(1, 100) }),
  run: (job, tools) => media(job, tools, ['-vn', ...sound(job), ...(audioCodecs[job.to] ?? [])]),
}

export const videoConversion: Conversion = {
  ...{ name: 'video 1', from: videoSources, to: ['video/mp4'] },
  toItself: true,
  programs: ['ffmpeg'],
  parameters: ({ side }) => ({
    'pix-x': numberFrom(16, side),
    'pix-y': numberFrom(16, side),
    quality: numberFrom(1, 100),
  }),
  run: (job, tools) => media(job, tools, [...film(job), ...sound(job), '-c:a', 'aac']),
}

export const posterConversion: Conversion = {
  ...{ name: 'poster 1', from: videoSources, to: imageTargets },
  programs: ['ffmpeg'],
  parameters: imageParameters,
  async run(job, tools) {
    // Of the first second, the picture that is most like the others: films begin in the dark.
    const args = ['-an', '-vf', 'thumbnail=25', '-frames:v', '1', '-c:v', 'png', '-f', 'image2', '-update', '1']
    return toImage(await ffmpeg(tools, [...args, 'out']), job, tools, 'image/png')
  },
}

async function media(job: Job, tools: Tools, args: readonly string[]): Promise<Converted> {
  const [type = '', subtype = ''] = job.to.split('/')
  const octets = await ffmpeg(tools, [...args, '-map_metadata', '-1', '-map_chapters', '-1', 'out'])
  return { mediaType: { type, subtype, parameters: [] }, octets, encoding: 'binary' }
}

async function ffmpeg(tools: Tools, args: readonly string[]): Promise<Uint8Array> {
  const octets = await tools.program({
    program: 'ffmpeg',
    args: [
      ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1', '-filter_threads', '1'],
      ...['-protocol_whitelist', 'file', '-format_whitelist', formats, '-max_pixels', String(tools.limits.pixels)],
      ...['-i', 'file:in', '-sn', '-dn', '-threads', '2', ...args],
    ],
    input: { name: 'in', octets: tools.source },
    output: 'out',
  })
  if (octets.length === 0) throw new Refusal('The content has nothing of the kind')
  return octets
}

function quality({ parameters }: Job): number {
  return Number(parameters.get('quality') ?? usualQuality)
}

function sound(job: Job): readonly string[] {
  return ['-ac', '2', '-ar', '48000', '-b:a', `${Math.round(24 + quality(job) * 0.8)}k`]
}

function film(job: Job): readonly string[] {
  const { parameters } = job
  const hasBox = parameters.has('pix-x') || parameters.has('pix-y')
  const width = parameters.get('pix-x') ?? (hasBox ? 'iw' : usualBox.width)
  const height = parameters.get('pix-y') ?? (hasBox ? 'ih' : usualBox.height)
  // Fitted into the box and never enlarged; the codec wants even sides.
  const scale = `scale=w='min(${width},iw)':h='min(${height},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2`
  // A step of six doubles or halves the octets, roughly.
  const factor = Math.round(40 - quality(job) * 0.22)
  const codec = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-profile:v',
    'main',
    '-pix_fmt',
    'yuv420p',
    '-crf',
    String(factor),
  ]
  return ['-vf', scale, ...codec, '-movflags', '+faststart', '-f', 'mp4']
}
