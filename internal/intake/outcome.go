package intake

import "github.com/luneo-platform/luneo/internal/kpi"

// outcome settles whether the event is a failure: as status or success say,
// else when there is a reason for a failure, else by the HTTP status.
func (d *decoder) outcome(s *kpi.Schema) (failed bool) {
	r := &d.raw
	reason := d.reason(s)
	stated, ok := d.stated()
	switch {
	case !ok:
		return reason != kpi.FieldType || r.set.Has(kpi.FieldStatusCode) && r.number[kpi.FieldStatusCode] >= 500
	case !stated && reason != kpi.FieldType:
		d.refuse(reason.String(), "%s", kpi.BesideSuccess)
	}
	return stated
}

// stated is what status and success say; ok is false when there is neither.
func (d *decoder) stated() (failed, ok bool) {
	r := &d.raw
	if r.set.Has(kpi.FieldSuccess) {
		failed, ok = !r.success, true
	}
	if !r.set.Has(kpi.FieldStatus) {
		return failed, ok
	}
	status := r.text[kpi.FieldStatus]
	switch {
	case status != kpi.StatusSuccess && status != kpi.StatusError:
		d.refuse(kpi.FieldStatus.String(), "must be %s or %s, not %s", kpi.StatusSuccess, kpi.StatusError, kpi.Quote(status))
		return false, false
	case ok && failed != (status == kpi.StatusError):
		d.refuse(kpi.FieldSuccess.String(), "is %v beside a status of %s: give one of the two", r.success, status)
	}
	return status == kpi.StatusError, true
}

// reason returns the field that gives a reason for a failure, FieldType when
// there is none. A handshake takes errorType as failureReason.
func (d *decoder) reason(s *kpi.Schema) kpi.FieldID {
	r := &d.raw
	given := r.set & s.Allowed
	if given.Has(kpi.FieldErrorType) && s.Allowed.Has(kpi.FieldFailureReason) {
		d.aliasReason()
	}
	switch {
	case given.Has(kpi.FieldErrorType):
		return kpi.FieldErrorType
	case given.Has(kpi.FieldFailureReason):
		return kpi.FieldFailureReason
	default:
		return kpi.FieldType
	}
}

func (d *decoder) aliasReason() {
	r := &d.raw
	if r.set.Has(kpi.FieldFailureReason) && r.text[kpi.FieldFailureReason] != r.text[kpi.FieldErrorType] {
		d.refuse(kpi.FieldErrorType.String(), "is another name of failureReason here and they differ: give one of the two")
		return
	}
	r.set = r.set.With(kpi.FieldFailureReason)
	r.text[kpi.FieldFailureReason] = r.text[kpi.FieldErrorType]
}
