/** Pictures: decoded, turned upright, fitted, and written anew without anything that the camera added. */
import sharp, { type Sharp, type SharpInput, type SharpOptions } from 'sharp'
import type { ConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { bitmap, isBitmap } from './bitmap.ts'
import type { TaskResult, TaskSettings } from './task.ts'

export type ImageTarget = 'jpeg' | 'png' | 'webp' | 'avif'

/** What the eye forgives at the sizes of a phone's screen. */
const usualQuality: Readonly<Record<ImageTarget, number>> = { jpeg: 80, png: 100, webp: 78, avif: 50 }

/** Below it a picture is not worth its octets: to fit a size it rather gets smaller. */
const leastQuality = 30

/** As librsvg draws a document that says nothing of resolution. */
const usualDensity = 72

/** settings: from, to, and as far as they are asked for width, height, fit, quality, mostOctets. */
export async function image(octets: Buffer, settings: TaskSettings, limits: ConvertLimits): Promise<TaskResult> {
  const to = settings['to'] as ImageTarget
  const quality = number(settings['quality']) ?? usualQuality[to]
  const mostOctets = number(settings['mostOctets'])
  try {
    const picture = await fitted(octets, settings, limits)
    const result =
      mostOctets === undefined
        ? await encoded(picture, to, quality)
        : await withinOctets(picture, to, quality, mostOctets, settings['fit'] !== undefined)
    if (result.length > limits.outputOctets) throw new Refusal('The result is too large')
    return { octets: result, facts: {} }
  } catch (error) {
    // What a decoder says of a file names its own inside; a person is told what matters.
    throw error instanceof Refusal ? error : new Refusal('The picture cannot be read')
  }
}

async function fitted(octets: Buffer, settings: TaskSettings, limits: ConvertLimits): Promise<Sharp> {
  const width = number(settings['width'])
  const height = number(settings['height'])
  const isVector = settings['from'] === 'image/svg+xml'
  const [input, options] = await readable(octets, isVector, { width, height }, limits)
  const whole = sharp(input, options).autoOrient()
  const flat = settings['to'] === 'jpeg' ? whole.flatten({ background: '#ffffff' }) : whole
  if (width === undefined && height === undefined) return flat
  const fit = settings['fit'] === 'crop' ? 'cover' : settings['fit'] === 'stretch' ? 'fill' : 'inside'
  return flat.resize({ width, height, fit, withoutEnlargement: fit === 'inside' && !isVector })
}

interface Box {
  readonly width: number | undefined
  readonly height: number | undefined
}

/** What the picture claims of itself is believed only where it condemns it. */
async function readable(
  octets: Buffer,
  isVector: boolean,
  box: Box,
  limits: ConvertLimits,
): Promise<readonly [SharpInput, SharpOptions]> {
  if (isBitmap(octets)) {
    const { data, width, height, channels } = bitmap(octets, limits.pixels)
    return [data, { raw: { width, height, channels } }]
  }
  // A drawing under gzip is one too, and nobody knows how large.
  const isPacked = octets[0] === 0x1f && octets[1] === 0x8b
  if (isVector && (isPacked || octets.length > limits.textOctets)) throw new Refusal('The picture is too large')
  const options: SharpOptions = {
    limitInputPixels: limits.pixels,
    failOn: 'error',
    sequentialRead: true,
    // An animation is its first picture.
    pages: 1,
  }
  const { format, width, height } = await sharp(octets, options).metadata()
  // A drawing is a program of sorts: nothing that calls itself a photograph is taken for one.
  if ((format === 'svg') !== isVector) throw new Refusal('The content is not of the type that it says')
  if (width * height > limits.pixels) throw new Refusal('The picture is too large')
  return isVector ? [octets, { ...options, density: density(width, height, box) }] : [octets, options]
}

/** Draws at the size that is asked for, rather than enlarge what was drawn small. */
function density(width: number, height: number, box: Box): number {
  const scales = [(box.width ?? width) / width, (box.height ?? height) / height]
  return Math.min(Math.max(usualDensity * Math.max(...scales), 1), 100_000)
}

function encoded(picture: Sharp, to: ImageTarget, quality: number): Promise<Buffer> {
  switch (to) {
    case 'jpeg':
      return picture.jpeg({ quality }).toBuffer()
    case 'png':
      // Anything below the whole quality is a palette.
      return (quality === 100 ? picture.png() : picture.png({ quality, effort: 3 })).toBuffer()
    case 'webp':
      return picture.webp({ quality, effort: 3 }).toBuffer()
    case 'avif':
      return picture.avif({ quality, effort: 2 }).toBuffer()
  }
}

/** The best quality that fits, then, where the size is not fixed, the largest picture. */
async function withinOctets(
  picture: Sharp,
  to: ImageTarget,
  quality: number,
  mostOctets: number,
  isFixed: boolean,
): Promise<Buffer> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: info.channels }
  for (let scale = 1; Math.max(info.width, info.height) * scale >= 16; scale *= 0.7) {
    const width = Math.max(1, Math.round(info.width * scale))
    const smaller = () => {
      const same = sharp(data, { raw })
      return scale === 1 ? same : same.resize({ width })
    }
    for (const each of qualities(quality)) {
      const result = await encoded(smaller(), to, each)
      if (result.length <= mostOctets) return result
    }
    if (isFixed) break
  }
  throw new Refusal('The picture does not fit into so few octets', ['size-limit'])
}

/** From the one asked for downwards, in steps that the eye tells apart. */
function qualities(quality: number): readonly number[] {
  return [...new Set([quality, ...[80, 65, 50, 40, leastQuality].filter(each => each < quality)])]
}

function number(value: string | number | boolean | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
