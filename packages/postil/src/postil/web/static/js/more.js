// Adds the next page of a list as its end comes near. The link stays a link: where a page cannot be fetched it
// says so and can still be followed. XMLHttpRequest, because it parses without being able to run anything.

const frame = document.querySelector("[data-more]");
const list = document.getElementById("papers");
let loading = false;

function nextLink() {
  return document.querySelector('.pages a[rel="next"]');
}

function fetchPart(address) {
  return new Promise((resolve, reject) => {
    const url = new URL(address, location.href);
    url.searchParams.set("part", "list");
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject());
    request.onerror = reject;
    request.send();
  });
}

async function addNext() {
  const link = nextLink();
  if (!link || loading) return;
  loading = true;
  const pages = link.closest(".pages");
  const name = link.textContent;
  pages.setAttribute("aria-busy", "true");
  link.textContent = frame.dataset.more;
  try {
    const part = await fetchPart(link.href);
    list.append(...part.getElementById("papers").childNodes);
    const next = part.querySelector(".pages");
    next.querySelector('[rel="prev"]')?.remove();
    pages.replaceWith(next);
    document.dispatchEvent(new Event("postil:more"));
    watch();
  } catch {
    pages.removeAttribute("aria-busy");
    link.textContent = `${frame.dataset.failed} ${name}`;
  }
  loading = false;
}

const observer = new IntersectionObserver(
  (entries) => {
    if (entries.some((entry) => entry.isIntersecting)) addNext();
  },
  { rootMargin: "0px 0px 1200px" },
);

function watch() {
  observer.disconnect();
  const link = nextLink();
  if (frame && list && link) observer.observe(link.closest(".pages"));
}

watch();
