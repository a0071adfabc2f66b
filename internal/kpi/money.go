package kpi

import (
	"math"
	"strconv"
)

// Money is an amount in millionths of a US cent, so that sums are exact and
// do not depend on their order. The largest is about 92 billion dollars.
type Money int64

// Cent is one US cent.
const Cent Money = 1_000_000

// Cents returns the amount in US cents, to the nearest float64.
func (m Money) Cents() float64 { return float64(m) / float64(Cent) }

// MoneyFromCents rounds an amount in cents to the nearest millionth. Amounts
// up to a hundred million cents are exact to that unit.
func MoneyFromCents(cents float64) Money { return Money(math.Round(cents * float64(Cent))) }

// String writes the amount in dollars: "$0.0412".
func (m Money) String() string {
	return "$" + strconv.FormatFloat(m.Cents()/100, 'f', -1, 64)
}
