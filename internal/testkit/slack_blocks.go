package testkit

import (
	"fmt"
	"net/url"
	"slices"
	"unicode/utf8"
)

// slackCheck gathers what is wrong with blocks ("Blocks", "Block elements",
// "Composition objects"). It knows section, header, divider, image, context,
// actions, rich_text and markdown, and refuses other blocks, among them some that
// Slack has. Properties that a block does not have are refused, as Slack does.
type slackCheck struct {
	flaws      []string
	ids        map[string]bool
	characters int
}

// The limits of blocks.
const (
	slackHeader       = 150
	slackSection      = 3000
	slackFields       = 10
	slackField        = 2000
	slackBlockID      = 255
	slackContextParts = 10
	slackActionParts  = 25
	slackButton       = 75
	slackURL          = 3000
	slackAltText      = 2000
	slackValue        = 2000
	slackMarkdown     = 12000
)

func (c *slackCheck) flaw(at, format string, args ...any) {
	c.flaws = append(c.flaws, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", fmt.Sprintf(format, args...), at))
}

// object is a JSON object with none but these properties.
func (c *slackCheck) object(at string, v any, known ...string) map[string]any {
	o, ok := v.(map[string]any)
	if !ok {
		c.flaw(at, "must be an object")
	}
	for name := range o {
		if !slices.Contains(known, name) {
			c.flaw(at, "invalid additional property: %s", name)
		}
	}
	return o
}

// list is a JSON array of so many; absent is empty.
func (c *slackCheck) list(at string, v any, least, most int) []any {
	list, ok := v.([]any)
	switch {
	case v != nil && !ok:
		c.flaw(at, "must be an array")
	case len(list) < least:
		c.flaw(at, "no fewer than %d items allowed", least)
	case len(list) > most:
		c.flaw(at, "no more than %d items allowed", most)
	}
	return list
}

// string is a text of so many characters.
func (c *slackCheck) string(at string, v any, least, most int) {
	text, ok := v.(string)
	n := utf8.RuneCountInString(text)
	switch {
	case v == nil && least > 0:
		c.flaw(at, "missing required field")
	case v != nil && !ok:
		c.flaw(at, "must be a string")
	case n < least:
		c.flaw(at, "must be more than %d characters", least-1)
	case n > most:
		c.flaw(at, "must be less than %d characters", most+1)
	}
	c.characters += n
}

func (c *slackCheck) block(at string, v any) {
	o, _ := v.(map[string]any) // what is no object has no type
	c.blockID(at, o)
	switch o["type"] {
	case "section":
		c.section(at, o)
	case "header":
		c.object(at, o, "type", "block_id", "text", "level")
		c.text(at+"/text", o["text"], slackHeader, "plain_text")
	case "divider":
		c.object(at, o, "type", "block_id")
	case "image":
		c.image(at, o, "type", "block_id", "image_url", "slack_file", "alt_text", "title")
	case "context":
		c.context(at, o)
	case "actions":
		c.actions(at, o)
	case "markdown":
		c.object(at, o, "type", "block_id", "text")
		c.string(at+"/text", o["text"], 1, slackMarkdown)
	case "rich_text":
		c.richText(at, o)
	default:
		c.flaw(at+"/type", "unsupported type: %v", o["type"])
	}
}

func (c *slackCheck) blockID(at string, o map[string]any) {
	id, ok := o["block_id"]
	if !ok {
		return
	}
	c.string(at+"/block_id", id, 1, slackBlockID)
	if c.ids[textOf(id)] {
		c.flaw(at+"/block_id", "`%s` already exists for another block", textOf(id))
	}
	c.ids[textOf(id)] = true
}

func (c *slackCheck) section(at string, o map[string]any) {
	c.object(at, o, "type", "block_id", "text", "fields", "accessory", "expand")
	if o["text"] == nil && o["fields"] == nil {
		c.flaw(at, "text or fields is required")
	}
	if o["text"] != nil {
		c.text(at+"/text", o["text"], slackSection, "plain_text", "mrkdwn")
	}
	if o["fields"] != nil {
		for i, field := range c.list(at+"/fields", o["fields"], 1, slackFields) {
			c.text(fmt.Sprintf("%s/fields/%d", at, i), field, slackField, "plain_text", "mrkdwn")
		}
	}
	if o["accessory"] != nil {
		c.element(at+"/accessory", o["accessory"], "button", "image")
	}
}

func (c *slackCheck) context(at string, o map[string]any) {
	c.object(at, o, "type", "block_id", "elements")
	for i, v := range c.list(at+"/elements", o["elements"], 1, slackContextParts) {
		at := fmt.Sprintf("%s/elements/%d", at, i)
		if part, _ := v.(map[string]any); part["type"] == "image" {
			c.element(at, v, "image")
			continue
		}
		c.text(at, v, slackSection, "plain_text", "mrkdwn")
	}
}

func (c *slackCheck) actions(at string, o map[string]any) {
	c.object(at, o, "type", "block_id", "elements")
	ids := map[string]bool{}
	for i, v := range c.list(at+"/elements", o["elements"], 1, slackActionParts) {
		at := fmt.Sprintf("%s/elements/%d", at, i)
		c.element(at, v, "button")
		part, _ := v.(map[string]any) // checked before
		if id := textOf(part["action_id"]); id != "" && ids[id] {
			c.flaw(at+"/action_id", "`%s` already exists for another element", id)
		} else {
			ids[id] = true
		}
	}
}

// element is an element of one of the types.
func (c *slackCheck) element(at string, v any, types ...string) {
	o, _ := v.(map[string]any) // what is no object has no type
	switch kind := textOf(o["type"]); {
	case !slices.Contains(types, kind):
		c.flaw(at+"/type", "unsupported type: %s", kind)
	case kind == "image":
		c.image(at, o, "type", "image_url", "slack_file", "alt_text")
	case kind == "button":
		c.button(at, o)
	}
}

func (c *slackCheck) button(at string, o map[string]any) {
	c.object(at, o, "type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label")
	c.text(at+"/text", o["text"], slackButton, "plain_text")
	c.string(at+"/action_id", o["action_id"], 0, slackBlockID)
	c.string(at+"/value", o["value"], 0, slackValue)
	c.string(at+"/accessibility_label", o["accessibility_label"], 0, slackButton)
	if o["url"] != nil {
		c.url(at+"/url", o["url"])
	}
	if style, ok := o["style"]; ok && style != "primary" && style != "danger" {
		c.flaw(at+"/style", "must be one of: primary, danger")
	}
}

func (c *slackCheck) image(at string, o map[string]any, known ...string) {
	c.object(at, o, known...)
	c.string(at+"/alt_text", o["alt_text"], 1, slackAltText)
	if (o["image_url"] == nil) == (o["slack_file"] == nil) {
		c.flaw(at, "must have one of image_url and slack_file")
	}
	if o["image_url"] != nil {
		c.url(at+"/image_url", o["image_url"])
	}
	if o["title"] != nil {
		c.text(at+"/title", o["title"], slackField, "plain_text")
	}
}

func (c *slackCheck) url(at string, v any) {
	c.string(at, v, 1, slackURL)
	if !isWebURL(textOf(v)) {
		c.flaw(at, "must be a valid url")
	}
}

// isWebURL reports whether a link leads somewhere.
func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// text is a text object of one of the types.
func (c *slackCheck) text(at string, v any, most int, types ...string) {
	o := c.object(at, v, "type", "text", "emoji", "verbatim")
	kind := textOf(o["type"])
	if !slices.Contains(types, kind) {
		c.flaw(at+"/type", "unsupported type: %s", kind)
	}
	if _, ok := o["emoji"]; ok && kind == "mrkdwn" {
		c.flaw(at, "invalid additional property: emoji")
	}
	if _, ok := o["verbatim"]; ok && kind == "plain_text" {
		c.flaw(at, "invalid additional property: verbatim")
	}
	c.string(at+"/text", o["text"], 1, most)
}

// richText checks the outer form alone, and counts what is in it.
func (c *slackCheck) richText(at string, o map[string]any) {
	c.object(at, o, "type", "block_id", "elements")
	known := []string{"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
	for i, v := range c.list(at+"/elements", o["elements"], 1, 1<<10) {
		if part, _ := v.(map[string]any); !slices.Contains(known, textOf(part["type"])) {
			c.flaw(fmt.Sprintf("%s/elements/%d/type", at, i), "unsupported type: %v", part["type"])
		}
	}
	eachText(o["elements"], func(text string) { c.characters += utf8.RuneCountInString(text) })
}
