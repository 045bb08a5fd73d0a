/**
 * ANNOTATE-EXPERIMENT-1, RFC 5257: values that stand with messages and their parts, for one reader or for all.
 *
 * COPY, MOVE and the store carry them along with their messages; the rights `r` and `n` say who reads and sets what (§3.4).
 */
import { extension } from '../../extension.ts'
import { info } from '../../response.ts'
import { tellChanges, wantChanges } from './changes.ts'
import { annotationKey, annotationSort } from './find.ts'
import { annotationItem } from './item.ts'
import { annotationAppend, annotationStore } from './set.ts'

export const annotate = extension({
  rfc: 5257,
  advertise: 'ANNOTATE-EXPERIMENT-1',
  // §4.1: how large a value may be; private ones are always possible where any is.
  selectData: ({ store }, view) => [
    info(`ANNOTATIONS ${view.examined ? 'READ-ONLY' : store.annotations.limits.valueOctets}`, 'Size'),
  ],
  selectParams: {
    ANNOTATE: {
      run(_session, _argument, view) {
        wantChanges(view)
        return undefined
      },
    },
  },
  fetchItems: { ANNOTATION: annotationItem },
  storeItems: { ANNOTATION: annotationStore },
  appendOptions: { ANNOTATION: annotationAppend },
  searchKeys: { ANNOTATION: annotationKey },
  sortKeys: { ANNOTATION: annotationSort },
  announce: { when: 'always', beside: tellChanges },
  // §4.10: to set shared values.
  rights: 'n',
  codes: ['ANNOTATE', 'ANNOTATIONS'],
})
