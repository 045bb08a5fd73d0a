/** Windows bitmaps (BMP), which libvips does not read: uncompressed and run-length coded ones of 1 to 32 bits a pixel. */
import { Refusal } from '../run/tools.ts'

export interface Raster {
  readonly data: Buffer
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
}

/** Compression methods of the header that are read here. */
const method = { rgb: 0, rle8: 1, rle4: 2, bitfields: 3, alphaBitfields: 6 } as const

/** Pixels that one pair of octets can stand for; what skips more is no picture. */
const longestRun = 255

/** Whether the octets begin as a bitmap does. */
export function isBitmap(octets: Buffer): boolean {
  return octets.length >= 26 && octets.toString('latin1', 0, 2) === 'BM'
}

/** The picture row by row from the top. Rows that are missing at the end stay black. Throws Refusal. */
export function bitmap(octets: Buffer, mostPixels: number): Raster {
  const header = readHeader(octets)
  if (header.width * header.height > mostPixels) throw new Refusal('The picture is too large')
  const isCoded = header.compression === method.rle4 || header.compression === method.rle8
  // Run-length coding makes at most so much of two octets; everything else has a row for each row.
  if (isCoded && header.width * header.height > (octets.length / 2) * longestRun) throw damaged()
  const rowOctets = Math.ceil((header.width * header.bits) / 32) * 4
  if (!isCoded && header.pixelsAt + rowOctets * (header.height - 1) >= octets.length) throw damaged()
  const channels = header.bits === 32 && header.masks.alpha !== 0 ? 4 : 3
  const data = Buffer.alloc(header.width * header.height * channels, 0)
  const indexes = isCoded ? runLengths(octets, header) : null
  const colour = pixelReader(octets, header, rowOctets, indexes)
  for (let y = 0; y < header.height; y++) {
    const row = header.isTopDown ? y : header.height - 1 - y
    for (let x = 0; x < header.width; x++) {
      const at = (row * header.width + x) * channels
      colour(x, y, data, at, channels)
    }
  }
  return { data, width: header.width, height: header.height, channels }
}

interface Masks {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly alpha: number
}

interface Header {
  readonly width: number
  readonly height: number
  readonly isTopDown: boolean
  readonly bits: number
  readonly compression: number
  readonly masks: Masks
  readonly paletteAt: number
  readonly paletteEntryOctets: number
  readonly colours: number
  readonly pixelsAt: number
}

function damaged(): Refusal {
  return new Refusal('The picture cannot be read')
}

function readHeader(octets: Buffer): Header {
  const pixelsAt = octets.readUInt32LE(10)
  const size = octets.readUInt32LE(14)
  if (octets.length < 14 + size || pixelsAt > octets.length) throw damaged()
  const isOld = size === 12
  if (!isOld && size < 40) throw damaged()
  const width = isOld ? octets.readUInt16LE(18) : octets.readInt32LE(18)
  const signedHeight = isOld ? octets.readUInt16LE(20) : octets.readInt32LE(22)
  const bits = octets.readUInt16LE(isOld ? 24 : 28)
  const compression = isOld ? method.rgb : octets.readUInt32LE(30)
  const used = isOld ? 0 : octets.readUInt32LE(46)
  if (width <= 0 || signedHeight === 0 || ![1, 4, 8, 16, 24, 32].includes(bits)) throw damaged()
  const isMasked = compression === method.bitfields || compression === method.alphaBitfields
  const fits =
    compression === method.rgb ||
    (compression === method.rle8 && bits === 8) ||
    (compression === method.rle4 && bits === 4) ||
    (isMasked && (bits === 16 || bits === 32))
  if (!fits) throw damaged()
  const maskAt = 54
  const maskOctets = isMasked && size === 40 ? (compression === method.alphaBitfields ? 16 : 12) : 0
  if (isMasked && octets.length < maskAt + 12) throw damaged()
  const mask = (at: number) => octets.readUInt32LE(maskAt + at)
  const hasAlpha = isMasked && (size >= 56 || maskOctets === 16) && octets.length >= maskAt + 16
  return {
    ...{ width, height: Math.abs(signedHeight), isTopDown: signedHeight < 0, bits, compression, pixelsAt },
    masks: isMasked
      ? { red: mask(0), green: mask(4), blue: mask(8), alpha: hasAlpha ? mask(12) : 0 }
      : bits === 16
        ? { red: 0x7c00, green: 0x3e0, blue: 0x1f, alpha: 0 }
        : { red: 0xff0000, green: 0xff00, blue: 0xff, alpha: 0 },
    paletteAt: 14 + size + maskOctets,
    paletteEntryOctets: isOld ? 3 : 4,
    colours: bits > 8 ? 0 : Math.min(used === 0 ? 2 ** bits : used, 2 ** bits),
  }
}

type PixelReader = (x: number, y: number, into: Buffer, at: number, channels: number) => void

function pixelReader(octets: Buffer, header: Header, rowOctets: number, indexes: Uint8Array | null): PixelReader {
  const { bits, masks, pixelsAt, width } = header
  const octet = (at: number) => octets[at] ?? 0
  if (bits <= 8) {
    const entry = (index: number, part: number) =>
      index < header.colours ? octet(header.paletteAt + index * header.paletteEntryOctets + part) : 0
    const packed = (x: number, y: number) => {
      const bit = x * bits
      const value = octet(pixelsAt + y * rowOctets + (bit >> 3))
      return (value >> (8 - bits - (bit & 7))) & (2 ** bits - 1)
    }
    return (x, y, into, at) => {
      const index = indexes === null ? packed(x, y) : (indexes[y * width + x] as number)
      for (let part = 0; part < 3; part++) into[at + part] = entry(index, 2 - part)
    }
  }
  if (bits === 24) {
    return (x, y, into, at) => {
      const from = pixelsAt + y * rowOctets + x * 3
      for (let part = 0; part < 3; part++) into[at + part] = octet(from + 2 - part)
    }
  }
  const parts = [masks.red, masks.green, masks.blue, masks.alpha].map(partOf)
  return (x, y, into, at, channels) => {
    const from = pixelsAt + y * rowOctets + x * (bits >> 3)
    const low = octet(from) | (octet(from + 1) << 8)
    const value = bits === 16 ? low : (low | (octet(from + 2) << 16) | (octet(from + 3) << 24)) >>> 0
    for (let part = 0; part < channels; part++) into[at + part] = (parts[part] as (value: number) => number)(value)
  }
}

/** What a mask takes out of a pixel, spread over 0 to 255. */
function partOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0
  const shift = 31 - Math.clz32(mask & -mask)
  const most = mask >>> shift
  return value => Math.round((((value & mask) >>> shift) * 255) / most)
}

/** Palette indexes of a run-length coded picture, in the file's order of rows; what is skipped stays 0. */
function runLengths(octets: Buffer, { width, height, bits, pixelsAt }: Header): Uint8Array {
  const indexes = new Uint8Array(width * height)
  const isHalf = bits === 4
  let [x, y, at] = [0, 0, pixelsAt]
  const put = (index: number) => {
    if (x < width && y < height) indexes[y * width + x] = index
    x++
  }
  const half = (value: number, which: number) => (!isHalf ? value : which % 2 === 0 ? value >> 4 : value & 15)
  while (at + 1 < octets.length && y < height) {
    const [count, value] = [octets[at] as number, octets[at + 1] as number]
    at += 2
    if (count > 0) {
      for (let i = 0; i < count; i++) put(half(value, i))
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) {
      break
    } else if (value === 2) {
      x += octets[at] ?? 0
      y += octets[at + 1] ?? 0
      at += 2
    } else {
      for (let i = 0; i < value; i++) put(half(octets[at + (isHalf ? i >> 1 : i)] ?? 0, i))
      const taken = isHalf ? (value + 1) >> 1 : value
      at += taken + (taken % 2)
    }
  }
  return indexes
}
