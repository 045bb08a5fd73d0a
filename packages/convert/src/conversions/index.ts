/** Every conversion; of two for one pair of types the first counts. */
import type { Conversion } from '../conversion.ts'
import { documentConversions } from './document.ts'
import { imageConversion } from './image.ts'
import { audioConversion, posterConversion, videoConversion } from './media.ts'
import { recordsConversion } from './records.ts'
import { htmlConversion, markupConversion, plainConversion } from './text.ts'

export const conversions: readonly Conversion[] = [
  plainConversion,
  htmlConversion,
  recordsConversion,
  markupConversion,
  imageConversion,
  ...documentConversions,
  audioConversion,
  videoConversion,
  posterConversion,
]
