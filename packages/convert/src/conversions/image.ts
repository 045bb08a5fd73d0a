/** Pictures for a screen: JPEG, PNG, WebP and AVIF from whatever the library reads (RFC 5259 §7.2, RFC 2534). */
import type { Conversion, Job } from '../conversion.ts'
import type { Converted } from '../converter.ts'
import type { ConvertLimits } from '../limits.ts'
import { numberFrom, type ParameterRules, wordOf } from '../parameters.ts'
import { Refusal, type Tools } from '../run/tools.ts'
import type { TaskSettings } from '../worker/task.ts'

/** Pictures as they are written. */
export const imageTargets = ['image/jpeg', 'image/png', 'image/webp', 'image/avif']

/** Below it nothing is a picture any more. */
const leastOctets = 200

export const imageConversion: Conversion = {
  name: 'image 1',
  from: [
    ...imageTargets,
    ...['image/gif', 'image/tiff', 'image/svg+xml', 'image/bmp', 'image/x-ms-bmp', 'image/x-bmp', 'image/jpg'],
  ],
  to: imageTargets,
  toItself: true,
  parameters: imageParameters,
  run: (job, tools) => toImage(tools.source, job, tools),
}

/** What can be asked of a picture, whatever it is made from. */
export function imageParameters(limits: ConvertLimits): ParameterRules {
  return {
    'pix-x': numberFrom(1, limits.side),
    'pix-y': numberFrom(1, limits.side),
    resize: wordOf('aspect-ratio', 'crop', 'stretch'),
    quality: numberFrom(1, 100),
    'size-limit': numberFrom(leastOctets, limits.outputOctets),
  }
}

/** Octets of a picture as the job's target wants them. */
export async function toImage(octets: Uint8Array, job: Job, tools: Tools, from = typeOf(job)): Promise<Converted> {
  const { octets: result } = await tools.task('image', imageSettings(job, from), octets)
  const [type = '', subtype = ''] = job.to.split('/')
  return { mediaType: { type, subtype, parameters: [] }, octets: result, encoding: 'binary' }
}

function imageSettings({ parameters, to }: Job, from: string): TaskSettings {
  const number = (name: string, key: string) => {
    const value = parameters.get(name)
    return value === undefined ? {} : { [key]: Number(value) }
  }
  const resize = parameters.get('resize')
  const sides = [parameters.has('pix-x'), parameters.has('pix-y')]
  const hasSides = resize === 'aspect-ratio' ? sides.includes(true) : !sides.includes(false)
  // Nothing that is asked for may be passed over in silence (RFC 5259 §9).
  if (resize !== undefined && !hasSides) throw new Refusal('RESIZE needs PIX-X and PIX-Y', ['resize'])
  return {
    from,
    to: to.slice('image/'.length),
    ...number('pix-x', 'width'),
    ...number('pix-y', 'height'),
    ...number('quality', 'quality'),
    ...number('size-limit', 'mostOctets'),
    ...(resize === undefined || resize === 'aspect-ratio' ? {} : { fit: resize }),
  }
}

function typeOf({ from }: Job): string {
  return `${from.type}/${from.subtype}`
}
