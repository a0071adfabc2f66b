package testkit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of a message ("chat.postMessage", "chat.update", "Blocks"). That of
// all blocks together is not documented; it was found by clients
// (slackapi/bolt-js#2509) and depends on what is in them. Characters are counted
// as code points.
const (
	slackBlocks      = 50
	slackAllBlocks   = 13200
	slackAttachments = 100
	slackText        = 40000
	slackUpdateText  = 4000
)

// slackFlaw is what is wrong with a message: the word, and where.
type slackFlaw struct {
	word     string
	messages []string
}

// slackWrong checks what a message holds.
func slackWrong(parsed map[string]any) slackFlaw {
	if raw, ok := parsed["text"]; ok && raw != nil {
		if _, ok := raw.(string); !ok {
			return slackFlaw{word: "invalid_arguments", messages: []string{"[ERROR] text must be a string"}}
		}
	}
	if flaw := slackWrongBlocks(parsed["blocks"]); flaw.word != "" {
		return flaw
	}
	if flaw := slackWrongAttachments(parsed["attachments"]); flaw.word != "" {
		return flaw
	}
	if slackEmpty(parsed) {
		return slackFlaw{word: "no_text"}
	}
	if utf8.RuneCountInString(textOf(parsed["text"])) > slackText {
		return slackFlaw{word: "msg_too_long"}
	}
	return slackFlaw{}
}

// slackEmpty reports whether there is nothing to show.
func slackEmpty(parsed map[string]any) bool {
	blocks, _ := parsed["blocks"].([]any)           // checked before
	attachments, _ := parsed["attachments"].([]any) // checked before
	return textOf(parsed["text"]) == "" && len(blocks) == 0 && !slices.ContainsFunc(attachments, slackShows)
}

// slackShows reports whether an attachment has something to show.
func slackShows(v any) bool {
	one, _ := v.(map[string]any) // checked before
	for _, name := range []string{"text", "pretext", "title", "fallback", "author_name", "image_url"} {
		if textOf(one[name]) != "" {
			return true
		}
	}
	blocks, _ := one["blocks"].([]any) // absent is none
	fields, _ := one["fields"].([]any) // the same
	return len(blocks)+len(fields) > 0
}

func slackWrongBlocks(v any) slackFlaw {
	if v == nil {
		return slackFlaw{}
	}
	blocks, ok := v.([]any)
	if !ok {
		return slackFlaw{word: "invalid_blocks_format"}
	}
	check := &slackCheck{ids: map[string]bool{}}
	if len(blocks) > slackBlocks {
		check.flaw("/blocks", "no more than %d items allowed", slackBlocks)
	}
	for i, block := range blocks {
		check.block(fmt.Sprintf("/blocks/%d", i), block)
	}
	switch {
	case len(check.flaws) > 0:
		return slackFlaw{word: "invalid_blocks", messages: check.flaws}
	case check.characters > slackAllBlocks:
		return slackFlaw{word: "msg_blocks_too_long"}
	}
	return slackFlaw{}
}

var slackColor = regexp.MustCompile(`^(#?[0-9a-fA-F]{6}|#?[0-9a-fA-F]{3}|good|warning|danger)$`)

// slackWrongAttachments checks "Reference: Secondary message attachments". An
// unknown colour is refused here, as it is meant to be one.
func slackWrongAttachments(v any) slackFlaw {
	if v == nil {
		return slackFlaw{}
	}
	list, ok := v.([]any)
	if !ok {
		return slackFlaw{word: "invalid_attachments"}
	}
	if len(list) > slackAttachments {
		return slackFlaw{word: "too_many_attachments"}
	}
	check := &slackCheck{ids: map[string]bool{}}
	for i, one := range list {
		check.attachment(fmt.Sprintf("/attachments/%d", i), one)
	}
	if len(check.flaws) > 0 {
		return slackFlaw{word: "invalid_attachments", messages: check.flaws}
	}
	return slackFlaw{}
}

func (c *slackCheck) attachment(at string, v any) {
	one := c.object(at, v, "fallback", "color", "pretext", "text", "title", "title_link", "author_name", "author_link", "author_icon",
		"callback_id", "fields", "actions", "image_url", "thumb_url", "footer", "footer_icon", "ts", "mrkdwn_in", "blocks", "id", "attachment_type")
	if color, ok := one["color"]; ok && !slackColor.MatchString(textOf(color)) {
		c.flaw(at+"/color", "is not a color")
	}
	for i, field := range c.list(at+"/fields", one["fields"], 0, 1<<10) {
		c.attachmentField(fmt.Sprintf("%s/fields/%d", at, i), field)
	}
	for i, block := range c.list(at+"/blocks", one["blocks"], 0, slackBlocks) {
		c.block(fmt.Sprintf("%s/blocks/%d", at, i), block)
	}
	for _, name := range []string{"title_link", "image_url", "thumb_url", "author_link"} {
		if link := textOf(one[name]); link != "" && !isWebURL(link) {
			c.flaw(at+"/"+name, "must be a valid url")
		}
	}
}

func (c *slackCheck) attachmentField(at string, v any) {
	field := c.object(at, v, "title", "value", "short")
	if textOf(field["title"]) == "" && textOf(field["value"]) == "" {
		c.flaw(at, "has neither title nor value")
	}
	if short, ok := field["short"]; ok {
		if _, ok := short.(bool); !ok {
			c.flaw(at+"/short", "must be a boolean")
		}
	}
}

var slackEveryone = regexp.MustCompile(`<!(channel|here|everyone)\b[^>]*>?`)

// slackMentions is the texts, wherever they are, that tell a whole channel
// ("Formatting text for app surfaces": special mentions).
func slackMentions(parsed map[string]any) []string {
	linked, _ := parsed["link_names"].(bool) // absent is false
	var list []string
	eachText(parsed, func(text string) {
		if slackEveryone.MatchString(text) || (linked || parsed["parse"] == "full") && hasAny(text, "@channel", "@here", "@everyone") {
			list = append(list, text)
		}
	})
	return list
}

func hasAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// eachText walks all strings of a JSON value.
func eachText(v any, do func(string)) {
	switch v := v.(type) {
	case string:
		do(v)
	case []any:
		for _, one := range v {
			eachText(one, do)
		}
	case map[string]any:
		for _, one := range v {
			eachText(one, do)
		}
	}
}
