/* The report of octavo-convert: as data, as markup, and as a page in a real browser. */
extern "C" {
#include "benchmarks/networks/builder.h"
}
#include "octavo.h"
#include "tests/converter/program.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <fstream>

namespace {

using testing::HasSubstr;
using testing::Not;

const char kHostile[] = "<script>alert('x')</script>&\"><img src=x>";
const std::string kLong(180, 'w');

/* Layers whose names would break a page that does not escape them, or a narrow one. */
void WriteNetwork(const std::string &path) {
  const net_options options = {3, 16, 10, NET_FLOAT, true};
  net_builder *b = net_create("small", &options);
  const net_value x = net_conv(b, net_input(b), kHostile, {8, 3, 1, 1, 1, NET_RELU});
  const net_value y = net_conv(b, x, kLong.c_str(), {8, 3, 1, 1, 1, NET_LINEAR});
  const net_value sum = net_add(b, x, y, "Fläche", NET_RELU);
  const net_value pooled = net_global_average_pool(b, sum, "pool");
  net_output(b, net_gemm(b, net_flatten(b, pooled, "flatten"), "head", 10, NET_LINEAR));
  octavo_error error = {};
  ASSERT_EQ(net_save(b, path.c_str(), &error), OCTAVO_OK) << error.text;
  net_free(b);
}

constexpr size_t kLayers = 5;

class Report : public testing::Test {
protected:
  static void SetUpTestSuite() {
    shared_ = new TemporaryFolder;
    WriteNetwork(shared_->Path("net.onnx"));
    WriteImages(shared_->Path("images"), 24, 20, 16);
    const ProgramResult r = Convert(
        {"--data", shared_->Path("images"), "--report", Page(), "--report", Data(), "--quiet"});
    EXPECT_EQ(r.code, 0) << r.errors;
    EXPECT_EQ(r.output + r.errors, "");
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  static ProgramResult Convert(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {shared_->Path("net.onnx"), "-o", shared_->Path("net.octavo"), "--calib",
                      shared_->Path("images")});
    return RunProgram(OCTAVO_CONVERT, arguments);
  }
  static std::string Page() {
    return shared_->Path("report.html");
  }
  static std::string Data() {
    return shared_->Path("report.json");
  }

  static TemporaryFolder *shared_;
};
TemporaryFolder *Report::shared_ = nullptr;

TEST_F(Report, AsJson) {
  json_t *root = json_load_file(Data().c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  const json_t *layers = json_object_get(root, "layers");
  ASSERT_EQ(json_array_size(layers), kLayers);
  double worst = -1e9;
  for (size_t i = 0; i < kLayers; i++) {
    const json_t *layer = json_array_get(layers, i);
    EXPECT_EQ((size_t)json_integer_value(json_object_get(layer, "rank")), i);
    const double alone = json_number_value(json_object_get(layer, "isolated_snr_db"));
    EXPECT_GE(alone, worst) << "the worst first";
    worst = alone;
    EXPECT_STRNE(json_string_value(json_object_get(layer, "kernel")), "");
    const json_t *values = json_object_get(layer, "values");
    EXPECT_EQ(json_array_size(json_object_get(json_object_get(values, "histogram"), "bins")), 64u);
    if (json_integer_value(json_object_get(layer, "index")) == 0) {
      EXPECT_STREQ(json_string_value(json_object_get(layer, "name")), kHostile);
      /* 16 · 16 pixels, 8 channels from 3 · 3 · 3 values. */
      EXPECT_EQ(json_integer_value(json_object_get(layer, "macs")), 16 * 16 * 8 * 27);
    }
  }
  EXPECT_EQ((uintmax_t)json_integer_value(json_object_get(root, "bytes")),
            std::filesystem::file_size(shared_->Path("net.octavo")));
  EXPECT_EQ(json_integer_value(json_object_get(root, "accuracy_images")), 24);
  EXPECT_GT(json_number_value(json_object_get(root, "latency_int8_ns")), 0.0);
  EXPECT_THAT(json_string_value(json_array_get(json_object_get(root, "hints"), 0)),
              HasSubstr("Only 24 images"));
  json_decref(root);
}

TEST_F(Report, ThePageNamesNothingOutsideAndEscapesNames) {
  const std::string page = ReadFile(Page());
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;&gt;"));
  EXPECT_THAT(page, HasSubstr("Fläche"));
  for (const char *outside :
       {"http:", "https:", "//cdn", "@import", "url(", " src=\"", "<link rel=\"style"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
}

TEST_F(Report, TheTerminalTellsBothRatios) {
  const ProgramResult r = Convert({});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("| alone |"));
  EXPECT_THAT(r.output, HasSubstr("|  all |"));
}

TEST_F(Report, WrongUsage) {
  ProgramResult r = Convert({"--report", shared_->Path("x.pdf")});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.errors, HasSubstr(".html or .json"));
  r = Convert({"--report", shared_->Path("x.html"), "--mode", "float"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.errors, HasSubstr("--mode float"));
  r = RunProgram(OCTAVO_CONVERT, {shared_->Path("net.onnx"), "-o", shared_->Path("x.octavo"),
                                  "--mode", "dynamic", "--report", shared_->Path("x.html")});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.errors, HasSubstr("--report does nothing without --calib"));
  EXPECT_FALSE(std::filesystem::exists(shared_->Path("x.html")));
}

TEST_F(Report, AFolderThatIsNotThere) {
  const ProgramResult r = Convert({"--report", shared_->Path("none/x.html")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.errors, HasSubstr("none/"));
  EXPECT_FALSE(std::filesystem::exists(shared_->Path("none")));
}

TEST_F(Report, OfDynamicQuantization) {
  const ProgramResult r = Convert({"--mode", "dynamic", "--report", shared_->Path("dynamic.json"),
                                   "--report", shared_->Path("dynamic.html")});
  ASSERT_EQ(r.code, 0) << r.errors;
  json_t *root = json_load_file(shared_->Path("dynamic.json").c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  EXPECT_STREQ(json_string_value(json_object_get(root, "mode")), "dynamic");
  EXPECT_EQ(json_array_size(json_object_get(root, "hints")), 0u) << "nothing was calibrated";
  const json_t *first = json_array_get(json_object_get(root, "layers"), 0);
  const double alone = json_number_value(json_object_get(first, "isolated_snr_db"));
  EXPECT_GT(alone, 25.0);
  EXPECT_LT(alone, 70.0);
  json_decref(root);
}

/* ---- In a browser --------------------------------------------------------------------------- */

/* Runs before anything else on the page. */
const char kWatch[] = "<script>window.faults=[];addEventListener('error',function(e){"
                      "faults.push(e.message);});addEventListener('securitypolicyviolation',"
                      "function(e){faults.push(e.violatedDirective);});</script>";

/* Leaves what it saw as attributes of the root element, which --dump-dom shows. */
const char kMeasure[] =
    "<script>(function(){var root=document.documentElement;"
    "var cards=document.querySelectorAll('.layer');"
    "var sort=document.getElementById('sort');"
    "function first(){return document.querySelector('.layer').dataset.order;}"
    "root.dataset.title=document.title;root.dataset.cards=cards.length;"
    "root.dataset.worst=document.querySelector('.layer').dataset.alone;"
    "sort.value='order';sort.dispatchEvent(new Event('change'));root.dataset.first=first();"
    "var closed=document.querySelectorAll('.layer:not([open])').length;"
    "root.dataset.closed=closed;document.getElementById('toggle').click();"
    "root.dataset.open=document.querySelectorAll('.layer[open]').length;"
    "root.dataset.width=innerWidth;root.dataset.scroll=root.scrollWidth;"
    "root.dataset.dots=document.querySelectorAll('circle.alone').length;"
    "root.dataset.loaded=performance.getEntriesByType('resource').length;"
    "root.dataset.faults=faults.join('|');})();</script>";

/* The browser's windows have a least width; a frame has none. */
std::string Frame(const std::string &width) {
  return "<!DOCTYPE html><html><head></head><body><iframe id=\"frame\" src=\"copy.html\" style=\""
         "border:0;height:844px;width:" +
         width +
         "px\"></iframe><script>document.getElementById('frame').onload=function(){Object.assign("
         "document.documentElement.dataset,this.contentDocument.documentElement.dataset);};"
         "</script></body></html>";
}

class Browser : public Report {
protected:
  void SetUp() override {
    if (std::string(OCTAVO_CHROMIUM).empty())
      GTEST_SKIP() << "chromium is not installed";
  }

  /* The page's own root element in a window of that width, with what was measured. */
  std::string Show(const std::string &width) {
    std::string page = ReadFile(Page());
    const size_t head = page.find("<title>"), end = page.rfind("</body>");
    EXPECT_NE(head, std::string::npos);
    EXPECT_NE(end, std::string::npos);
    page.insert(end, kMeasure);
    page.insert(head, kWatch);
    std::ofstream(folder_.Path("copy.html"), std::ios::binary) << page;
    std::ofstream(folder_.Path("frame.html")) << Frame(width);
    const std::vector<std::string> arguments = {"--headless",
                                                "--no-sandbox",
                                                "--disable-gpu",
                                                "--disable-quic",
                                                "--no-first-run",
                                                "--disable-background-networking",
                                                "--disable-component-update",
                                                "--disable-sync",
                                                "--hide-scrollbars",
                                                "--enable-logging=stderr",
                                                "--user-data-dir=" + folder_.Path("profile"),
                                                "--allow-file-access-from-files",
                                                "--dump-dom",
                                                "file://" + folder_.Path("frame.html")};
    const ProgramResult r = RunProgram(OCTAVO_CHROMIUM, arguments);
    EXPECT_EQ(r.code, 0) << r.errors;
    EXPECT_THAT(r.errors, Not(HasSubstr("CONSOLE")));
    return r.output.substr(0, r.output.find("<head>"));
  }

  static std::string Attribute(const std::string &dom, const std::string &name) {
    const std::string key = "data-" + name + "=\"";
    const size_t at = dom.find(key);
    if (at == std::string::npos)
      return "(no " + name + ")";
    const size_t begin = at + key.size();
    return dom.substr(begin, dom.find('"', begin) - begin);
  }

  TemporaryFolder folder_;
};

TEST_F(Browser, OnAPhone) {
  const std::string dom = Show("390");
  EXPECT_EQ(Attribute(dom, "title"), "net.onnx in int8 – Octavo");
  EXPECT_EQ(Attribute(dom, "cards"), std::to_string(kLayers));
  EXPECT_EQ(Attribute(dom, "dots"), std::to_string(kLayers));
  EXPECT_EQ(Attribute(dom, "worst"), "0");
  EXPECT_EQ(Attribute(dom, "first"), "0") << "sorted by order of execution";
  EXPECT_EQ(Attribute(dom, "closed"), "2");
  EXPECT_EQ(Attribute(dom, "open"), std::to_string(kLayers));
  EXPECT_EQ(Attribute(dom, "width"), "390");
  EXPECT_EQ(Attribute(dom, "scroll"), "390") << "nothing sticks out";
  EXPECT_EQ(Attribute(dom, "loaded"), "0");
  EXPECT_EQ(Attribute(dom, "faults"), "");
}

TEST_F(Browser, OnADesk) {
  const std::string dom = Show("1280");
  EXPECT_EQ(Attribute(dom, "width"), "1280");
  EXPECT_EQ(Attribute(dom, "scroll"), "1280");
  EXPECT_EQ(Attribute(dom, "faults"), "");
}

} // namespace
