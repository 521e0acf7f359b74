// Amounts as people type them, and as they are shown. Reckoned in whole kopecks: fractions of them would not add up.
export function readAmount(text) {
  const clean = String(text ?? "").replace(/[\s$€₽]/g, "").replace(",", ".");
  return /^[0-9]{1,12}(\.[0-9]{1,2})?$/.test(clean) ? Math.round(Number(clean) * 100) : null;
}

export function readQuantity(text) {
  return /^[0-9]{1,7}$/.test(String(text ?? "").trim()) ? Number(text) : null;
}

export function writer(locale, currency) {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    trailingZeroDisplay: "stripIfInteger",
  });
  return (minor) => format.format(minor / 100);
}
