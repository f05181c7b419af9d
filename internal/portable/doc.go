// Package portable holds the elementary functions whose last bit decides something: what is drawn, where a delay
// ends, which figure is printed.
//
// The standard library's differ between machines by a bit: some processors have assembly routines, some fuse a
// multiplication with an addition. Those here are made of additions, products, quotients and square roots alone,
// which IEEE 754 rounds in one way, and every product is wrapped in float64(...), which forbids fusing. So they give
// the same bits on every 64-bit platform and at every level of its instruction set. Each is within a few units in the
// last place of the true value; its comment says how many.
//
// The series and reductions are the classical ones (Abramowitz and Stegun: "Handbook of Mathematical Functions", 4.1,
// 4.2, 4.3, 4.4, 6.1), the inverse of the normal law is Wichura's AS 241 (Applied Statistics 37, 1988).
package portable
