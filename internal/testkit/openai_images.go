package testkit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
)

// picture is a PNG of one pixel.
var picture = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err) // a constant
	}
	return b.Bytes()
}()

// pictureTokens are the output tokens of gpt-image models, by quality and then
// for square, portrait and landscape pictures.
var pictureTokens = map[string][3]int{
	"low":    {272, 408, 400},
	"medium": {1056, 1584, 1568},
	"high":   {4160, 6240, 6208},
}

// painting is a call for pictures as it will be answered.
type painting struct {
	ask
	kind     string // image_generation or image_edit
	gpt      bool
	b64      bool
	pictures int // that were sent
	usage    Usage
}

func (c *fakeCall) images() {
	p, ok := c.painting()
	asked := orElse(p.Model, c.azure)
	p.Model = orElse(asked, "dall-e-2") // the API's default, which no answer tells
	if !ok || !c.knows(p.Model) {
		return
	}
	c.seen.Model = asked
	p.gpt = strings.HasPrefix(p.Model, "gpt-image") || strings.HasPrefix(p.Model, "chatgpt-image")
	p.b64 = p.gpt || strings.Contains(string(p.ResponseFormat), "b64_json")
	p.N = max(1, p.N)
	p.resolve()
	c.seen.Images, c.seen.ImageSize, c.seen.ImageQuality = p.N, p.Size, p.Quality
	p.count()
	if p.Stream && p.gpt {
		c.paintingStream(p)
		return
	}
	c.json(http.StatusOK, c.painted(p))
}

// painting reads the request, which is JSON or a form.
func (c *fakeCall) painting() (painting, bool) {
	p := painting{kind: "image_generation"}
	if c.path != "images/generations" {
		p.kind = "image_edit"
	}
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/") {
		var more struct {
			Images []json.RawMessage `json:"images"`
		}
		if json.Unmarshal(c.body, &p.ask) != nil || json.Unmarshal(c.body, &more) != nil {
			c.failed(problem{400, "invalid_request_error", "", "", "We could not parse the JSON body of your request."})
			return p, false
		}
		p.pictures = len(more.Images)
		return p, true
	}
	f, ok := c.form()
	if !ok {
		return p, false
	}
	p.N, _ = strconv.Atoi(f.fields["n"])                          // absent is 1
	p.PartialImages, _ = strconv.Atoi(f.fields["partial_images"]) // absent is 0
	p.Model, p.Size, p.Quality = f.fields["model"], f.fields["size"], f.fields["quality"]
	p.Stream = f.fields["stream"] == "true"
	p.ResponseFormat = json.RawMessage(f.fields["response_format"])
	p.Prompt, _ = json.Marshal(f.fields["prompt"])
	p.pictures = len(f.files)
	if p.pictures == 0 {
		c.failed(problem{400, "invalid_request_error", "", "image", "Missing required parameter: 'image'."})
		return p, false
	}
	return p, true
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// resolve turns auto into what it became.
func (p *painting) resolve() {
	if p.Size == "" || p.Size == "auto" {
		p.Size = "1024x1024"
	}
	if p.gpt && (p.Quality == "" || p.Quality == "auto") {
		p.Quality = "medium"
	}
	p.OutputFormat = orElse(p.OutputFormat, "png")
	p.Background = orElse(p.Background, "opaque")
}

func (p *painting) count() {
	shape := 0
	if w, h, ok := strings.Cut(p.Size, "x"); ok && len(w) == len(h) && w != h {
		shape = 1
		if w > h {
			shape = 2
		}
	}
	u := Usage{InputText: count(p.Prompt).text(), InputImage: 194 * p.pictures, OutputImage: pictureTokens[p.Quality][shape] * p.N}
	u.Input, u.Output = u.InputText+u.InputImage, u.OutputImage
	u.Total = u.Input + u.Output
	p.usage = u
}

func (c *fakeCall) painted(p painting) object {
	var data []any
	for i := range p.N {
		if p.b64 {
			data = append(data, object{"b64_json", base64.StdEncoding.EncodeToString(picture)})
		} else {
			data = append(data, object{"url", c.f.URL + "/pictures/" + c.id("img-") + strconv.Itoa(i) + ".png", "revised_prompt", "A picture, " + strconv.Itoa(i)})
		}
	}
	o := object{"created", c.created()}
	if !p.gpt {
		return append(o, "data", data)
	}
	o = append(o, "background", p.Background, "data", data, "output_format", p.OutputFormat, "quality", p.Quality, "size", p.Size)
	return c.tell(o, p.usage, p.usage.imageForm())
}

func (c *fakeCall) paintingStream(p painting) {
	e := c.stream()
	b64 := base64.StdEncoding.EncodeToString(picture)
	about := func(kind string) object {
		return object{"type", kind, "b64_json", b64, "created_at", c.created(), "size", p.Size, "quality", p.Quality, "background", p.Background, "output_format", p.OutputFormat}
	}
	for i := range p.PartialImages {
		kind := p.kind + ".partial_image"
		e.send(kind, append(about(kind), "partial_image_index", i))
	}
	kind := p.kind + ".completed"
	last := about(kind)
	if !c.fault.has("no-usage") {
		last = append(last, "usage", p.usage.imageForm())
	}
	if e.send(kind, last) && !c.fault.has("no-usage") && !e.spoiled {
		c.seen.Usage = &p.usage
	}
}
