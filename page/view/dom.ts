/** The only ways in which this page puts something into its document. Text stays text, whatever is in it. */

/** An element of the document as it was served. */
export function find<E extends HTMLElement = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Sets the text, unless it is there already: what somebody has selected stays selected. */
export function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** What a list shows; `signature` changes with what is seen of it. */
export interface Entry {
  readonly key: string;
  readonly signature: string;
  readonly make: () => HTMLElement;
}

const shownEntries = new WeakMap<Element, { key: string; signature: string }>();

/** Brings the children of `parent` to what the entries say; those that stay as they are keep the focus and their place. */
export function reconcile(parent: HTMLElement, entries: readonly Entry[]): void {
  const before = new Map<string, HTMLElement>();
  for (const child of parent.children) {
    const shown = shownEntries.get(child);
    if (shown) before.set(shown.key, child as HTMLElement);
  }
  const wanted = entries.map(({ key, signature, make }) => {
    const kept = before.get(key);
    if (kept && shownEntries.get(kept)?.signature === signature) {
      before.delete(key);
      return kept;
    }
    const made = make();
    shownEntries.set(made, { key, signature });
    return made;
  });
  // What takes the place of an element takes its focus, too.
  const focused = document.activeElement;
  const href = focused && parent.contains(focused) ? focused.getAttribute('href') : null;
  for (const child of before.values()) child.remove();
  wanted.forEach((child, index) => {
    // Moving an element would take the focus from it.
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  if (href !== null && !focused?.isConnected)
    parent.querySelector<HTMLElement>(`a[href="${CSS.escape(href)}"]`)?.focus();
}
