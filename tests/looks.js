(() => {
  // What can be seen to be wrong with a page as it is laid out: lists of words, by kind of fault.
  const said = (node) => node.textContent.replace(/\s+/g, " ").trim().slice(0, 60);
  const hidden = (element) => !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    || element.closest(".unseen, .skip, option") !== null;
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const clips = (element) => /hidden|clip/.test(getComputedStyle(element).overflowX + getComputedStyle(element).overflowY);

  const texts = [];
  for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
    const node = walk.currentNode;
    if (!node.data.trim() || hidden(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (rect.width > 1 && rect.height > 1) texts.push({ node, rect });
    }
  }

  const above = (node, test) => {
    for (let box = node.parentElement; box && box !== document.documentElement; box = box.parentElement) {
      if (test(box)) return box;
    }
    return null;
  };
  const clipped = texts.filter(({ node, rect }) => {
    if (above(node, scrolls)) return false;
    const box = above(node, clips);
    const frame = box ? box.getBoundingClientRect() : { left: 0, right: innerWidth, top: -Infinity, bottom: Infinity };
    return rect.left < frame.left - 1 || rect.right > frame.right + 1 || rect.top < frame.top - 1 || rect.bottom > frame.bottom + 1;
  });

  // Lines may come close to one another: only the middle of each is compared.
  const middles = texts.filter(({ node }) => !above(node, scrolls)).map(({ node, rect }) => ({
    node, left: rect.left + 1, right: rect.right - 1, top: rect.top + rect.height * 0.25, bottom: rect.bottom - rect.height * 0.25,
  })).sort((one, other) => one.top - other.top);
  const overlapping = [];
  middles.forEach((one, at) => {
    for (let next = at + 1; next < middles.length && middles[next].top < one.bottom; next++) {
      const other = middles[next];
      if (other.node !== one.node && other.left < one.right && one.left < other.right) {
        overlapping.push(`${said(one.node)} | ${said(other.node)}`);
      }
    }
  });

  const heading = document.querySelector("h1");
  const small = texts.filter(({ node }) => {
    const element = node.parentElement;
    const svg = element.closest("svg");
    const scale = svg && svg.viewBox.baseVal && svg.viewBox.baseVal.width
      ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    return parseFloat(getComputedStyle(element).fontSize) * scale < 9.5;
  });
  return {
    sideways: document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth} > ${innerWidth}`] : [],
    clipped: [...new Set(clipped.map(({ node }) => said(node)))],
    overlapping: [...new Set(overlapping)],
    tiny: [...new Set(small.map(({ node }) => said(node)))],
    blank: !heading || heading.getBoundingClientRect().height < 10 || document.body.innerText.trim().length < 80 ? ["blank"] : [],
  };
})();
