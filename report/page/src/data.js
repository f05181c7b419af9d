// The data of the page: JSON, compressed, in the letters of URLs.

export async function read() {
  const letters = document.getElementById("data").textContent.trim();
  const stream = new Blob([bytesOf(letters)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function bytesOf(letters) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(letters, {alphabet: "base64url"});
  const text = atob(letters.replaceAll("-", "+").replaceAll("_", "/")), bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}
