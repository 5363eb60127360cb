import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'
import type { Page } from './page.ts'
import { factList, type Fact } from './run/facts.ts'
import { outcomeBadge, toneOf, type Ending } from './run/outcome-badge.ts'
import { chartsOf, type Part } from './run/part.ts'

/** A section of a page. */
export interface PageSection extends Part {
  /** Unique in the page, and fit for an id of HTML. */
  readonly id: string
  readonly heading: string
}

/** A page that opens with a verdict. */
export interface VerdictPage {
  readonly title: string
  /** What kind of page it is, in a few words. */
  readonly kicker: string
  readonly ending: Ending
  /** The verdict in one word. */
  readonly word: string
  /** The verdict in one sentence. */
  readonly sentence: string
  readonly facts: readonly Fact[]
  readonly sections: readonly PageSection[]
  readonly footer: string
}

/** A verdict, links to the sections, and the sections: the form of every page about more than one run. */
export function verdictPage(content: VerdictPage): Page {
  const { title, kicker, ending, word, sentence, facts, sections, footer } = content
  return {
    title,
    charts: chartsOf(sections),
    body: html`<a class="skip" href="#main">Skip to the results</a>
      <header class=${`masthead ${toneOf(ending)}`}>
        <p class="kicker">${outcomeBadge(ending, word)} ${kicker}</p>
        <h1>${sentence}</h1>
        ${factList('facts', facts)}
      </header>
      ${sections.length < 2 ? null : contents(sections)}
      <main id="main" tabindex="-1">${sections.map(sectionOf)}</main>
      <footer><p class="muted">${footer}</p></footer>`,
  }
}

function contents(sections: readonly PageSection[]): VNode {
  return html`<nav aria-label="Contents">
    <ul>
      ${sections.map(({ id, heading }) => html`<li><a href=${`#${id}`}>${heading}</a></li>`)}
    </ul>
  </nav>`
}

function sectionOf({ id, heading, body }: PageSection): VNode {
  return html`<section id=${id} aria-labelledby=${`${id}-heading`}>
    <h2 id=${`${id}-heading`}>${heading}</h2>
    ${body}
  </section>`
}

/** Sentences as a list; nothing without any. */
export function noteList(notes: readonly ComponentChildren[]): VNode | null {
  return notes.length === 0
    ? null
    : html`<ul class="note">
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>`
}
