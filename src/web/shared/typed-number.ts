// What stands in a field for a number.

/** The number as Fluent's SpinButton tells it; NaN for what is none. An emptied field is none either: taken for 0 it would be "no limit". */
export function typedNumber({ value, displayValue }: { value?: number | null; displayValue?: string }): number {
  if (value !== null && value !== undefined) return value;
  return displayValue === undefined || displayValue.trim() === '' ? Number.NaN : Number(displayValue);
}
