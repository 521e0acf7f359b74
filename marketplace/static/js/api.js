// The JSON API in the name of whoever has this page open. The token is one of the page's own session; it is kept in
// memory only and dies with the session. Cookies are not sent: they count for nothing there.
const EARLY = 30;
let token = "";
let goodUntil = 0;

// {status, told}: the answer and its JSON; status 0 when nothing could be reached.
export async function ask(method, path, body) {
  const named = method === "POST" ? { "Idempotency-Key": name() } : {};
  try {
    let answer = await send(method, path, body, named);
    if (answer.status === 401) {
      // Ours is too old, or the person has signed in again since.
      token = "";
      answer = await send(method, path, body, named);
    }
    return { status: answer.status, told: answer.status === 204 ? null : await answer.json() };
  } catch {
    return { status: 0, told: null };
  }
}

async function send(method, path, body, named) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${await present()}`, ...named };
  headers["Accept-Language"] = document.documentElement.lang;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const once = () => fetch(`/api/v1${path}`, { ...request, credentials: "omit", redirect: "error" });
  try {
    return await once();
  } catch (error) {
    // The answer may have been lost on its way; under its name the request has no second effect.
    if (method === "POST") return once();
    throw error;
  }
}

async function present() {
  if (token && Date.now() < goodUntil) return token;
  const csrf = document.querySelector("input[name=csrf_token]").value;
  const answer = await fetch("/sessions/token", {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrf_token: csrf }),
    redirect: "error",
  });
  // Whoever is not signed in any more asks as nobody, and is told so by the API itself.
  if (!answer.ok) return "-";
  const told = await answer.json();
  token = told.access_token;
  goodUntil = Date.now() + (told.expires_in - EARLY) * 1000;
  return token;
}

function name() {
  // randomUUID is there on secure pages only.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
}
