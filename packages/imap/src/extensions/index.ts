/** The extensions, in the order of IANA's list of capabilities. A file in this folder that is not here fails a test. */
import type { Extension } from '../extension.ts'
import { acl } from './acl.ts'
import { annotate } from './annotate/index.ts'
import { appendLimit } from './appendlimit.ts'
import { binary } from './binary.ts'
import { catenate } from './catenate.ts'
import { children } from './children.ts'
import { compress } from './compress.ts'
import { condstore } from './condstore.ts'
import { context } from './context/index.ts'
import { converting } from './convert/index.ts'
import { enable } from './enable.ts'
import { esearch } from './esearch.ts'
import { esort } from './esort.ts'
import { filters } from './filters.ts'
import { fuzzy } from './fuzzy.ts'
import { i18nlevel } from './i18nlevel.ts'
import { id } from './id.ts'
import { idle } from './idle.ts'
import { imapsieve } from './imapsieve.ts'
import { inprogress } from './inprogress.ts'
import { language } from './language/index.ts'
import { listExtended } from './list-extended.ts'
import { listMetadata } from './list-metadata.ts'
import { listMyRights } from './list-myrights.ts'
import { listStatus } from './list-status.ts'
import { literalMinus } from './literal-minus.ts'
import { literalPlus } from './literal-plus.ts'
import { metadata } from './metadata/index.ts'
import { move } from './move.ts'
import { multiAppend } from './multiappend.ts'
import { multiSearch } from './multisearch.ts'
import { namespace } from './namespace.ts'
import { notify } from './notify/index.ts'
import { objectid } from './objectid.ts'
import { partial } from './partial.ts'
import { preview } from './preview.ts'
import { qresync } from './qresync.ts'
import { quota } from './quota.ts'
import { replace } from './replace.ts'
import { saslIr } from './sasl-ir.ts'
import { savedate } from './savedate.ts'
import { searchRes } from './searchres.ts'
import { sort } from './sort.ts'
import { sortDisplay } from './sort-display.ts'
import { specialUse } from './special-use.ts'
import { statusSize } from './status-size.ts'
import { thread } from './thread.ts'
import { uidonly } from './uidonly.ts'
import { uidplus } from './uidplus.ts'
import { unauthenticate } from './unauthenticate.ts'
import { unselect } from './unselect.ts'
import { urlPartial } from './url-partial.ts'
import { urlAuth } from './urlauth/index.ts'
import { urlAuthBinary } from './urlauth-binary.ts'
import { utf8Accept } from './utf8-accept.ts'
import { withinKeys } from './within.ts'

export const extensions: readonly Extension[] = [
  acl,
  annotate,
  appendLimit,
  binary,
  catenate,
  children,
  compress,
  condstore,
  converting,
  context,
  enable,
  esearch,
  esort,
  filters,
  fuzzy,
  i18nlevel,
  id,
  idle,
  listExtended,
  listMetadata,
  listMyRights,
  listStatus,
  imapsieve,
  inprogress,
  language,
  literalMinus,
  literalPlus,
  metadata,
  move,
  multiAppend,
  multiSearch,
  namespace,
  notify,
  objectid,
  partial,
  preview,
  qresync,
  quota,
  replace,
  saslIr,
  savedate,
  searchRes,
  sort,
  sortDisplay,
  specialUse,
  statusSize,
  thread,
  uidonly,
  uidplus,
  unauthenticate,
  unselect,
  urlAuth,
  urlAuthBinary,
  urlPartial,
  utf8Accept,
  withinKeys,
]
