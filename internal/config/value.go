package config

import (
	"encoding"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// rules are what a field's tags allow.
type rules struct {
	allowed  []string
	min, max string
}

func rulesOf(tag reflect.StructTag) rules {
	r := rules{min: tag.Get("min"), max: tag.Get("max")}
	if words := tag.Get("allowed"); words != "" {
		r.allowed = strings.Split(words, ",")
	}
	return r
}

// setText assigns one scalar; its error says what is allowed. The file, the
// environment and the flags all end here.
func setText(v reflect.Value, text string, r rules) error {
	if err := parseText(v, text); err != nil {
		return err
	}
	if r.allowed != nil && !slices.Contains(r.allowed, text) {
		return fmt.Errorf("must be one of %s%s", strings.Join(r.allowed, ", "), didYouMean(text, r.allowed))
	}
	return checkRange(v, r)
}

func parseText(v reflect.Value, text string) error {
	switch target := v.Addr().Interface().(type) {
	case *netip.Prefix:
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return errors.New("must be an address range in CIDR form, such as 10.0.0.0/8 or ::1/128")
		}
		*target = p
		return nil
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("must be a whole number")
		}
		*target = n
		return nil
	case *bool:
		if text != "true" && text != "false" {
			return errors.New("must be true or false")
		}
		*target = text == "true"
		return nil
	default:
		v.SetString(text)
		return nil
	}
}

// checkRange compares with the tags min and max, which are written like values.
func checkRange(v reflect.Value, r rules) error {
	if r.min == "" {
		return nil
	}
	low, high := reflect.New(v.Type()).Elem(), reflect.New(v.Type()).Elem()
	if err := errors.Join(parseText(low, r.min), parseText(high, r.max)); err != nil {
		return fmt.Errorf("has a range that can't be read: %w", err)
	}
	if n := ordinal(v); n < ordinal(low) || n > ordinal(high) {
		return fmt.Errorf("must be from %s to %s", r.min, r.max)
	}
	return nil
}

func ordinal(v reflect.Value) int64 {
	if w, ok := v.Interface().(Window); ok {
		return int64(w.Length)
	}
	return v.Int()
}

// setList assigns a comma-separated list, as the environment and flags write it.
func setList(v reflect.Value, text string, r rules) error {
	var parts []string
	if strings.TrimSpace(text) != "" {
		parts = strings.Split(text, ",")
	}
	list := reflect.MakeSlice(v.Type(), len(parts), len(parts))
	for i, part := range parts {
		if err := setText(list.Index(i), strings.TrimSpace(part), r); err != nil {
			return fmt.Errorf("each %w", err)
		}
	}
	v.Set(list)
	return nil
}

// textOf writes a scalar, or a list separated by commas, hiding secrets.
func textOf(v reflect.Value) string {
	if v.Kind() == reflect.Slice && !isText(v.Type()) {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = textOf(v.Index(i))
		}
		return strings.Join(parts, ",")
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v.Interface())
}

// typeName is the sort of value, for people.
func typeName(t reflect.Type) string {
	if t == reflect.TypeFor[Servers]() {
		return "list of URL"
	}
	if t.Kind() == reflect.Slice {
		return "list of " + typeName(t.Elem())
	}
	if isSection(t) {
		return "mappings"
	}
	switch reflect.Zero(t).Interface().(type) {
	case RedisURL:
		return "URL"
	case int:
		return "number"
	case bool:
		return "true or false"
	case Bytes:
		return "size"
	case Duration, Window:
		return "duration"
	case Address:
		return "address"
	case URL:
		return "URL"
	case Path:
		return "file"
	case netip.Prefix:
		return "CIDR"
	default:
		return "text"
	}
}

// isText reports whether a list can be written as one text too, in the file as
// in the environment.
func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// isSection reports whether the type holds keys of its own.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[Raw]() && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
