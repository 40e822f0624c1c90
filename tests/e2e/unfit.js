// What cannot be pressed (under 40 px), read (contrast under 4.5, as WCAG 2 counts it) or seen without scrolling aside.
() => {
  const seen = (e) => e.getBoundingClientRect().width && e.checkVisibility();
  const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = (e) => {
    const [more, less] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05);
  };
  const holdsText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  return [
    ...all("button, input, textarea, .card a, tr.opens").filter((e) => e.getBoundingClientRect().height < 39.5)
      .map((e) => `small: ${e.textContent || e.id}`),
    ...all("body *").filter((e) => holdsText(e) && contrast(e) < 4.5).map((e) => `pale: ${e.textContent}`),
    ...(document.documentElement.scrollWidth > innerWidth ? [`wide: ${document.documentElement.scrollWidth}`] : []),
  ];
}
