package notify

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// chart uploads the picture of an incident into its thread, in Slack's three
// steps (docs.slack.dev/messaging/working-with-files, "Uploading files"). It
// needs the scope files:write.
func (s *slackNotifier) chart(ctx context.Context, message slackAnswer, about Pictured) error {
	pic, err := s.draw(ctx, about)
	if err != nil || pic == nil {
		return err
	}
	form := url.Values{"filename": {about.Rule + ".png"}, "length": {strconv.Itoa(len(pic.PNG))}, "alt_txt": {pic.Alt}}
	text, _, err := s.send(ctx, s.method("files.getUploadURLExternal"), []byte(form.Encode()), "application/x-www-form-urlencoded")
	if err != nil {
		return fmt.Errorf("ask Slack where to upload the chart: %w", err)
	}
	to, _, err := read("files.getUploadURLExternal", text)
	if err != nil {
		return fmt.Errorf("ask Slack where to upload the chart: %w", err)
	}
	if _, _, err := s.send(ctx, to.UploadURL, pic.PNG, "image/png"); err != nil {
		return fmt.Errorf("upload the chart to Slack: %w", err)
	}
	_, _, err = s.api(ctx, "files.completeUploadExternal", map[string]any{
		"files":      []map[string]string{{"id": to.FileID, "title": about.Rule}},
		"channel_id": message.Channel, "thread_ts": message.TS,
	})
	if err != nil {
		return fmt.Errorf("put the chart into the thread: %w", err)
	}
	return nil
}
