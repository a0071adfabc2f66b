package pricing

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// usd is an amount of money in millionths of a dollar. A price in dollars per
// million tokens is the same number of millionths of a millionth of a dollar
// per token.
type usd int64

const (
	usdDecimals = 6
	maxDollars  = 1_000_000
)

// String writes the amount in dollars without zeros at the end: "0.075".
func (u usd) String() string {
	const unit = 1_000_000
	s := fmt.Sprintf("%d.%06d", u/unit, u%unit)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// UnmarshalYAML reads a plain decimal number exactly. Its errors are
// *yaml.TypeError, so that the parser goes on and reports all of them.
func (u *usd) UnmarshalYAML(n *yaml.Node) error {
	v, err := parseDecimal(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf(
			"line %d: price %.40q must be a number of US dollars from 0 to %d with at most %d decimals", n.Line, n.Value, maxDollars, usdDecimals)}}
	}
	*u = usd(v)
	return nil
}

// parseDecimal reads digits, and at most six after a point, as millionths.
func parseDecimal(s string) (int64, error) {
	whole, fraction, pointed := strings.Cut(s, ".")
	if pointed && fraction == "" || len(fraction) > usdDecimals || len(whole) > len("1000000") {
		return 0, strconv.ErrSyntax
	}
	digits := whole + fraction + strings.Repeat("0", usdDecimals-len(fraction))
	v, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || whole == "" {
		return 0, strconv.ErrSyntax
	}
	if v > maxDollars*1_000_000 {
		return 0, strconv.ErrRange
	}
	return int64(v), nil
}

// scaled multiplies by a factor in millionths; false when that is not exact.
// Both are at most 1e12, so the quotient by parts cannot overflow.
func (u usd) scaled(factor usd) (usd, bool) {
	const unit = 1_000_000
	whole, rest := u/unit, u%unit
	p := rest * factor
	return whole*factor + p/unit, p%unit == 0
}
