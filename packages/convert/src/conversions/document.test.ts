/** Documents, with the real poppler and LibreOffice. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import sharp from 'sharp'
import { docx, pdfOf, zipOf } from '../hostile.testing.ts'
import { type ConversionParameter, ConvertProblem, startConverter } from '../index.ts'

/** An office takes its time where much else runs. */
const converter = startConverter({ limits: { programSeconds: 300 } })
after(() => converter.close())

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

const textOf = (octets: Uint8Array) => Buffer.from(octets).toString('utf8')

/** A page a text, in Helvetica. */
function pdf(...texts: readonly string[]): Buffer {
  const pages = texts.map((_, at) => `${4 + 2 * at} 0 R`).join(' ')
  return pdfOf(
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${texts.length}/Kids[${pages}]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    ...texts.flatMap((text, at) => {
      const drawn = `BT /F 24 Tf 20 100 Td (${text}) Tj ET`
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Resources<</Font<</F 3 0 R>>>>/Contents ${5 + 2 * at} 0 R>>`,
        `<</Length ${drawn.length}>>stream\n${drawn}\nendstream`,
      ]
    }),
  )
}

const twoPages = pdf('First page \xe4', 'Second page')

test('a PDF is text, all of it or one page, in the charset that is asked for', async () => {
  const all = await convert('application/pdf', twoPages, null)
  assert.match(textOf(all.octets), /First page ä\s+Second page/)
  assert.deepEqual(all.mediaType, { type: 'text', subtype: 'plain', parameters: [['charset', 'utf-8']] })
  const second = await convert('application/pdf', twoPages, 'text/plain', ['page', '2'])
  assert.match(textOf(second.octets), /^Second page\s*$/)
  const latin = await convert('application/pdf', twoPages, 'text/plain', ['charset', 'iso-8859-1'])
  assert(Buffer.from(latin.octets).includes(0xe4))
  await assert.rejects(convert('application/pdf', twoPages, 'text/plain', ['charset', 'us-ascii']), ConvertProblem)
})

test('a PDF is HTML without a file beside it', async () => {
  const { octets, mediaType } = await convert('application/pdf', twoPages, 'text/html')
  assert.match(textOf(octets), /First.page.ä/)
  assert(!/<img/i.test(textOf(octets)))
  assert.equal(mediaType.subtype, 'html')
})

test('a page of a PDF is a picture of the size that is asked for', async () => {
  const sizes: string[] = []
  for (const parameters of [
    [['pix-x', '100']],
    [
      ['pix-y', '50'],
      ['page', '2'],
    ],
    [
      ['pix-x', '60'],
      ['pix-y', '60'],
      ['resize', 'crop'],
    ],
  ] as const) {
    const { octets } = await convert('application/pdf', twoPages, 'image/png', ...parameters)
    const { width, height } = await sharp(octets).metadata()
    sizes.push(`${width}x${height}`)
  }
  assert.deepEqual(sizes, ['100x50', '100x50', '60x60'])
  const { mediaType } = await convert('application/pdf', twoPages, null, ['pix-x', '50'])
  assert.equal(mediaType.subtype, 'jpeg')
})

test('a page that is not there names the parameter', async () => {
  for (const to of ['text/plain', 'image/jpeg']) {
    await assert.rejects(convert('application/pdf', twoPages, to, ['Page', '3']), (error: unknown) => {
      assert(error instanceof ConvertProblem)
      assert.deepEqual(error.error, { code: 'BADPARAMETERS', from: 'application/pdf', to, parameters: [['Page', '3']] })
      return true
    })
  }
})

test('a PDF without words is an empty text', async () => {
  const { octets } = await convert('application/pdf', pdf(''), 'text/plain')
  assert.equal(textOf(octets).trim(), '')
})

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

test('a word processor’s document is PDF', async () => {
  const { octets, mediaType } = await convert(word, docx(Buffer.from('Hello from an office')), 'APPLICATION/PDF')
  assert.deepEqual(mediaType, { type: 'application', subtype: 'pdf', parameters: [] })
  assert.match(textOf((await convert('application/pdf', octets, null)).octets), /^Hello from an office\s*$/)
})

test('a document of RTF is a picture', async () => {
  const rtf = Buffer.from('{\\rtf1\\ansi Hello {\\b world}}')
  const { octets } = await convert('text/rtf', rtf, 'image/jpeg', ['pix-y', '100'])
  assert.equal((await sharp(octets).metadata()).height, 100)
})

test('a spreadsheet is text', async () => {
  const office = 'urn:oasis:names:tc:opendocument:xmlns'
  const type = 'application/vnd.oasis.opendocument.spreadsheet'
  const cells = ['Lemons', '42'].map(cell => `<table:table-cell><text:p>${cell}</text:p></table:table-cell>`).join('')
  const sheet = zipOf({
    mimetype: Buffer.from(type),
    'META-INF/manifest.xml': Buffer.from(
      `<manifest:manifest xmlns:manifest="${office}:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="${type}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`,
    ),
    'content.xml': Buffer.from(
      `<office:document-content xmlns:office="${office}:office:1.0" xmlns:table="${office}:table:1.0" xmlns:text="${office}:text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="a"><table:table-row>${cells}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`,
    ),
  })
  assert.match(textOf((await convert(type, sheet, 'text/plain')).octets), /Lemons\s+42/)
})
