/** Documents of fixed pages (PDF) and of offices, as text, as HTML, and as a picture of a page: poppler, LibreOffice. */
import type { Conversion, Job, ProgramName } from '../conversion.ts'
import type { Converted } from '../converter.ts'
import type { ConvertLimits } from '../limits.ts'
import { numberFrom, type ParameterRules, withDefault } from '../parameters.ts'
import { Refusal, type Tools } from '../run/tools.ts'
import { imageParameters, imageTargets, toImage } from './image.ts'
import { charsetParameters, toText } from './text.ts'

/** What LibreOffice reads, with the ending by which it knows the format. */
const offices: Readonly<Record<string, string>> = {
  'application/msword': 'doc',
  'application/rtf': 'rtf',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'text/rtf': 'rtf',
}

const pdf = 'application/pdf'

/** The longer side of a page that is drawn for nobody in particular: a phone's screen, turned. */
const usualSide = 1_600

/** What becomes of a PDF. */
interface Outcome {
  readonly to: readonly string[]
  readonly program: ProgramName
  parameters(limits: ConvertLimits): ParameterRules
  from(octets: Uint8Array, job: Job, tools: Tools): Promise<Converted>
}

const textOutcome: Outcome = {
  to: ['text/plain'],
  program: 'pdftotext',
  parameters: limits => ({ ...charsetParameters(limits), page: numberFrom(1, limits.pages) }),
  async from(octets, job, tools) {
    const args = [...pages(job, tools.limits), '-enc', 'UTF-8', '-eol', 'dos', '-nopgbrk', 'in.pdf', 'out.txt']
    return toText(await ofPdf(octets, job, tools, 'pdftotext', args, 'out.txt'), job, tools)
  },
}

const htmlOutcome: Outcome = {
  ...{ to: ['text/html'], program: 'pdftohtml', parameters: textOutcome.parameters },
  async from(octets, job, tools) {
    // Without pictures: they would be files beside it.
    const args = [...pages(job, tools.limits), '-s', '-i', '-noframes', '-enc', 'UTF-8', 'in.pdf', 'out.html']
    return toText(await ofPdf(octets, job, tools, 'pdftohtml', args, 'out.html'), job, tools)
  },
}

const imageOutcome: Outcome = {
  ...{ to: imageTargets, program: 'pdftoppm' },
  parameters: limits => ({
    ...imageParameters(limits),
    page: withDefault(numberFrom(1, limits.pages), '1'),
  }),
  async from(octets, job, tools) {
    const { parameters } = job
    const sides = [parameters.get('pix-x'), parameters.get('pix-y')].flatMap(side =>
      side === undefined ? [] : [Number(side)],
    )
    // The longer side: twice what is asked, for the other may be the one that is meant, and then fitted.
    const side = sides.length === 0 ? usualSide : Math.min(2 * Math.max(...sides), tools.limits.side)
    const args = [...pages(job, tools.limits), '-png', '-singlefile', '-scale-to', String(side), 'in.pdf', 'out']
    const page = await ofPdf(octets, job, tools, 'pdftoppm', args, 'out.png')
    return toImage(page, job, tools, 'image/png')
  },
}

/** The pages that are asked for: poppler's programs agree on how to say it. */
function pages({ parameters }: Job, limits: ConvertLimits): readonly string[] {
  const page = parameters.get('page')
  return ['-q', '-f', page ?? '1', '-l', page ?? String(limits.pages)]
}

async function ofPdf(
  octets: Uint8Array,
  { parameters }: Job,
  tools: Tools,
  program: ProgramName,
  args: readonly string[],
  output: string,
): Promise<Uint8Array> {
  await tools.task('container', { ending: 'pdf' }, octets)
  try {
    return await tools.program({ program, args, input: { name: 'in.pdf', octets }, output })
  } catch (error) {
    // A document without the page and one that cannot be read look the same; of the first page both are the latter.
    const page = parameters.get('page')
    if (!(error instanceof Refusal) || error.parameters.length > 0 || page === undefined || page === '1') throw error
    throw new Refusal('The document has no such page', ['page'])
  }
}

async function office(job: Job, tools: Tools): Promise<Uint8Array> {
  const ending = offices[`${job.from.type}/${job.from.subtype}`] ?? 'odt'
  await tools.task('container', { ending, mostOctets: tools.limits.scratchOctets }, tools.source)
  return tools.program({
    program: 'soffice',
    args: [
      ...['--headless', '--norestore', '--nolockcheck', '--nodefault', '--nofirststartwizard'],
      ...['-env:UserInstallation=file:///tmp/profile', '--convert-to', 'pdf', '--outdir', '/tmp', `/tmp/in.${ending}`],
    ],
    input: { name: `in.${ending}`, octets: tools.source },
    output: 'in.pdf',
  })
}

function fromPdf(name: string, outcome: Outcome): Conversion {
  return {
    ...{ name: `pdf ${name}`, from: [pdf], to: outcome.to, parameters: outcome.parameters },
    programs: [outcome.program],
    run: (job, tools) => outcome.from(tools.source, job, tools),
  }
}

function fromOffice(name: string, outcome: Outcome): Conversion {
  return {
    ...{ name: `office ${name}`, from: Object.keys(offices), to: outcome.to, parameters: outcome.parameters },
    programs: ['soffice', outcome.program],
    confinedOnly: true,
    run: async (job, tools) => outcome.from(await office(job, tools), job, tools),
  }
}

const officeToPdf: Conversion = {
  ...{ name: 'office pdf 1', from: Object.keys(offices), to: [pdf], parameters: () => ({}) },
  programs: ['soffice'],
  confinedOnly: true,
  async run(job, tools) {
    return {
      mediaType: { type: 'application', subtype: 'pdf', parameters: [] },
      octets: await office(job, tools),
      encoding: 'binary',
    }
  },
}

export const documentConversions: readonly Conversion[] = [
  fromPdf('text 1', textOutcome),
  fromPdf('html 1', htmlOutcome),
  fromPdf('image 1', imageOutcome),
  officeToPdf,
  fromOffice('text 1', textOutcome),
  fromOffice('html 1', htmlOutcome),
  fromOffice('image 1', imageOutcome),
]
