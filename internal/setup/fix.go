package setup

import (
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// fix says what to do about a refusal; empty when the error says it itself.
func fix(err *kpi.Error) string {
	if len(err.Violations) > 0 {
		return fixViolation(err.Violations[0])
	}
	switch err.Kind {
	case kpi.KindMalformed:
		return "Send the event as a JSON object, as JSON.stringify writes it."
	case kpi.KindTooLarge:
		return "Send fewer events at once."
	case kpi.KindUnsupported:
		return "Send application/json in UTF-8, plain or compressed with gzip or zstd."
	case kpi.KindRateLimited:
		return "Wait as long as the header Retry-After says, or raise limits.ingest_rate."
	case kpi.KindUnavailable:
		return "Send the same again, with the same ids, after what the header Retry-After says."
	default:
		return ""
	}
}

func fixViolation(v kpi.Violation) string {
	example, known := examples()[v.Field]
	switch {
	case v.Kind == kpi.KindConflict:
		return "Give each event an id of its own; use an id again only to send the same event again."
	case v.Kind == kpi.KindMalformed:
		return "Write each event as a JSON object, as JSON.stringify does."
	case strings.HasPrefix(v.Detail, "is missing") && known:
		return "Add " + example + " to the event."
	case strings.Contains(v.Detail, "did you mean "):
		_, meant, _ := strings.Cut(v.Detail, "did you mean ")
		return "Rename it to " + strings.TrimSuffix(meant, "?") + "."
	case strings.HasPrefix(v.Detail, "is not a field of"):
		return "Leave it out."
	case strings.HasPrefix(v.Detail, "is given twice"):
		return "Give it once."
	case known:
		return "Write it as in " + example + "."
	default:
		return ""
	}
}

// examples are fields as they should be written.
func examples() map[string]string {
	return map[string]string{
		"type": `"type": "render"`, "id": `"id": "job-17"`, "timestamp": `"timestamp": "2026-01-31T12:00:00Z"`,
		"status": `"status": "error"`, "success": `"success": false`, "errorType": `"errorType": "timeout"`,
		"model": `"model": "dall-e-3"`, "operation": `"operation": "image_generation"`,
		"durationSeconds": `"durationSeconds": 4.2`, "costCents": `"costCents": 4`,
		"usage":      `"usage": {"prompt_tokens": 900, "completion_tokens": 220}`,
		"renderType": `"renderType": "2d"`, "quality": `"quality": "high"`,
		"shopDomain": `"shopDomain": "shop.example"`, "failureReason": `"failureReason": "timeout"`,
		"conversionType": `"conversionType": "glb_to_usdz"`, "queueName": `"queueName": "render-2d"`,
		"waitSeconds": `"waitSeconds": 3.5`, "oldestWaitingSeconds": `"oldestWaitingSeconds": 12`,
		"method": `"method": "GET"`, "route": `"route": "/products/:id"`, "statusCode": `"statusCode": 200`,
	}
}
