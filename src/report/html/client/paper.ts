/** What fits an A4 or Letter page with usual margins, in CSS pixels. */
const PAPER_WIDTH = 680

/** Calls `lay` with the width of paper before the page is printed, and `restore` afterwards. */
export function onPrint(lay: (width: number) => void, restore: () => void): void {
  const root = document.documentElement
  let theme: string | undefined
  let isPrinting = false
  const start = () => {
    if (isPrinting) return
    isPrinting = true
    theme = root.dataset['theme']
    root.dataset['theme'] = 'light'
    lay(PAPER_WIDTH)
  }
  const end = () => {
    if (!isPrinting) return
    isPrinting = false
    if (theme === undefined) delete root.dataset['theme']
    else root.dataset['theme'] = theme
    restore()
  }
  addEventListener('beforeprint', start)
  addEventListener('afterprint', end)
  matchMedia('print').addEventListener('change', ({ matches }) => (matches ? start() : end()))
}
