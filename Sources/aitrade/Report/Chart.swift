import Foundation

/// A chart as SVG: lines, areas, bars and marks over two axes, coloured by the page's style so that it follows light
/// and dark.
struct Chart {
    /// A point in the units of the axes.
    typealias Point = (x: Double, y: Double)

    private static let width = 960.0
    private static let left = 64.0
    private static let right = 12.0
    private static let top = 12.0
    private static let bottom = 26.0

    private let height: Double
    private let x: ClosedRange<Double>
    private let y: ClosedRange<Double>
    private var body = ""

    /// An empty chart over some ranges; an empty range is widened.
    init(height: Double = 240, x: ClosedRange<Double>, y: ClosedRange<Double>) {
        self.height = height
        self.x = x.upperBound > x.lowerBound ? x : x.lowerBound...(x.lowerBound + 1)
        let margin = (y.upperBound - y.lowerBound) * 0.04
        self.y =
            margin > 0 ? (y.lowerBound - margin)...(y.upperBound + margin) : (y.lowerBound - 1)...(y.upperBound + 1)
    }

    /// The range of some values, widened to hold `including`.
    static func range(_ values: [Double], including extra: [Double] = []) -> ClosedRange<Double> {
        let all = (values + extra).filter(\.isFinite)
        return (all.min() ?? 0)...(all.max() ?? 1)
    }

    private func place(_ point: Point) -> (x: Double, y: Double) {
        let across = (point.x - x.lowerBound) / (x.upperBound - x.lowerBound)
        let up = (point.y - y.lowerBound) / (y.upperBound - y.lowerBound)
        return (
            Self.left + across * (Self.width - Self.left - Self.right),
            height - Self.bottom - up * (height - Self.top - Self.bottom)
        )
    }

    private func path(_ points: [Point]) -> String {
        points.enumerated().map { index, point in
            let at = place(point)
            return "\(index == 0 ? "M" : "L")\(Self.short(at.x)) \(Self.short(at.y))"
        }.joined()
    }

    /// A line through `points`.
    mutating func line(_ points: [Point], _ style: String) {
        guard points.count > 1 else { return }
        body += "<path class=\"l \(style)\" d=\"\(path(points))\"/>"
    }

    /// The area between `points` and zero.
    mutating func area(_ points: [Point], _ style: String) {
        guard let first = points.first, let last = points.last else { return }
        body += "<path class=\"f \(style)\" d=\"\(path([(first.x, 0)] + points + [(last.x, 0)]))Z\"/>"
    }

    /// A bar from zero, `width` units of the x axis wide.
    mutating func bar(_ point: Point, width: Double, _ style: String) {
        let (one, other) = (place((point.x - width / 2, point.y)), place((point.x + width / 2, 0)))
        let (top, tall) = (min(one.y, other.y), abs(one.y - other.y))
        body += "<rect class=\"f \(style)\" x=\"\(Self.short(one.x))\" y=\"\(Self.short(top))\" "
        body += "width=\"\(Self.short(other.x - one.x))\" height=\"\(Self.short(max(tall, 1)))\"/>"
    }

    /// A small triangle, its point up or down, with a text that shows when it is pointed at.
    mutating func mark(_ point: Point, isUp: Bool, _ style: String, title: String) {
        let (at, tip) = (place(point), isUp ? -6.0 : 6.0)
        body += "<path class=\"f \(style)\" d=\"M\(Self.short(at.x)) \(Self.short(at.y + tip))"
        body += "L\(Self.short(at.x - 4)) \(Self.short(at.y - tip / 3))L\(Self.short(at.x + 4)) "
        body += "\(Self.short(at.y - tip / 3))Z\"><title>\(title.escaped)</title></path>"
    }

    /// A dot.
    mutating func dot(_ point: Point, radius: Double = 3, _ style: String, title: String) {
        let at = place(point)
        body += "<circle class=\"f \(style)\" cx=\"\(Self.short(at.x))\" cy=\"\(Self.short(at.y))\" r=\"\(radius)\">"
        body += "<title>\(title.escaped)</title></circle>"
    }

    /// The chart with its axes; `label` writes a value of the y axis, `ticks` are places of the x axis with names.
    func svg(_ title: String, ticks: [(Double, String)], label: (Double) -> String) -> String {
        var axes = ""
        for value in Self.steps(y, 5) {
            let at = place((x.lowerBound, value))
            let style = value == 0 ? "zero" : "grid"
            axes += "<path class=\"\(style)\" d=\"M\(Self.left) \(Self.short(at.y))H\(Self.width - Self.right)\"/>"
            axes += "<text x=\"\(Self.left - 8)\" y=\"\(Self.short(at.y + 4))\" text-anchor=\"end\">"
            axes += "\(label(value).escaped)</text>"
        }
        for (value, name) in ticks {
            let at = place((value, y.lowerBound))
            let anchor = at.x < Self.left + 40 ? "start" : (at.x > Self.width - 60 ? "end" : "middle")
            axes +=
                "<text x=\"\(Self.short(at.x))\" y=\"\(height - 8)\" text-anchor=\"\(anchor)\">\(name.escaped)</text>"
        }
        return "<svg viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\"><title>\(title.escaped)</title>"
            + "\(axes)\(body)</svg>"
    }

    /// About `count` round values inside a range.
    static func steps(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
        let rough = (range.upperBound - range.lowerBound) / Double(count)
        guard rough.isFinite, rough > 0 else { return [] }
        let power = pow(10, floor(log10(rough)))
        let step = ([1, 2, 5, 10].first { $0 * power >= rough } ?? 10) * power
        let first = (range.lowerBound / step).rounded(.up)
        return (0...(2 * count)).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound }
            .map { abs($0) < step / 1000 ? 0 : $0 }
    }

    private static func short(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension String {
    /// The text with the letters that mean something in HTML made harmless.
    var escaped: String {
        var text = ""
        for letter in self {
            switch letter {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.append(letter)
            }
        }
        return text
    }
}
