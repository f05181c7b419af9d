// The data of the page: JSON, compressed, in the letters of URLs.

export async function read() {
  const letters = document.getElementById("data").textContent.trim().replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(letters), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
