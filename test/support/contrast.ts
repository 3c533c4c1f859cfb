/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Runs in a page: the text that contrasts least with what is behind it, by the measure of WCAG 2.2, 1.4.3. Colours are taken to
 * be opaque, as those of the page are.
 */
export function worstContrast(): { ratio: number; text: string } {
  const channels = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): string => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (channels(backgroundColor)[3] !== 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  let worst = { ratio: Number.POSITIVE_INFINITY, text: '' };
  for (const element of document.querySelectorAll('body *')) {
    const texts = [...element.childNodes].filter((node) => node instanceof Text);
    const text = texts
      .map(({ data }) => data)
      .join('')
      .trim();
    if (text === '' || !element.checkVisibility({ visibilityProperty: true })) continue;
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text };
  }
  return worst;
}
