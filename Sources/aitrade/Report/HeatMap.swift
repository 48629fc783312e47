import Foundation

/// Values over two rows of numbers as coloured cells: gains in one colour, losses in another, stronger where they are
/// larger. The colours are the page's, so that it follows light and dark.
struct HeatMap {
    /// A value at a place.
    struct Cell {
        let x: Int
        let y: Int
        let value: Double
    }

    private static let (width, left, top, bottom) = (960.0, 64.0, 8.0, 40.0)
    /// More cells than these are joined to means: nobody can tell them apart.
    private static let (mostAcross, mostUp) = (120, 60)

    private let xs: [Int]
    private let ys: [Int]
    private var sums: [[(sum: Double, count: Int)]]
    private let xBins: Int
    private let yBins: Int
    /// The value that has the full colour.
    private let strongest: Double
    private var marked: (Int, Int)?

    /// A map of `cells`; a value of `strongest` or more has the full colour.
    init(_ cells: [Cell], strongest: Double) {
        xs = Set(cells.map(\.x)).sorted()
        ys = Set(cells.map(\.y)).sorted()
        (xBins, yBins) = (max(1, min(xs.count, Self.mostAcross)), max(1, min(ys.count, Self.mostUp)))
        self.strongest = strongest > 0 ? strongest : 1
        sums = Array(repeating: Array(repeating: (0, 0), count: xBins), count: yBins)
        let (across, up) = (Self.places(xs, xBins), Self.places(ys, yBins))
        for cell in cells {
            guard let x = across[cell.x], let y = up[cell.y] else { continue }
            sums[y][x] = (sums[y][x].sum + cell.value, sums[y][x].count + 1)
        }
    }

    /// Puts a frame around the cell that holds a place.
    mutating func mark(x: Int, y: Int) {
        guard let across = Self.places(xs, xBins)[x], let up = Self.places(ys, yBins)[y] else { return }
        marked = (across, up)
    }

    /// Whether cells stand for more than one value.
    var isJoined: Bool { xs.count > xBins || ys.count > yBins }

    private static func places(_ values: [Int], _ bins: Int) -> [Int: Int] {
        var places: [Int: Int] = [:]
        for (index, value) in values.enumerated() { places[value] = index * bins / values.count }
        return places
    }

    /// The map with its axes; `label` writes a value.
    func svg(_ title: String, x xName: String, y yName: String, label: (Double) -> String) -> String {
        let wide = (Self.width - Self.left - 12) / Double(xBins)
        // A few rows are bands and not hairlines.
        let tall = yBins < 6 ? 24 : min(max(wide * 0.6, 7), max(260 / Double(yBins), 7))
        let height = Self.top + tall * Double(yBins) + Self.bottom
        func corner(_ x: Int, _ y: Int) -> (x: Double, y: Double) {
            (Self.left + Double(x) * wide, Self.top + Double(yBins - 1 - y) * tall)
        }
        var body = ""
        for y in 0..<yBins {
            for x in 0..<xBins where sums[y][x].count > 0 {
                let value = sums[y][x].sum / Double(sums[y][x].count)
                let at = corner(x, y)
                let name = "\(xName) \(range(xs, x, xBins)), \(yName) \(range(ys, y, yBins)): \(label(value))"
                body += "<rect \(box(at, wide, tall)) style=\"fill:\(colour(value))\"><title>\(name.escaped)</title>"
                body += "</rect>"
            }
        }
        if let marked {
            let at = corner(marked.0, marked.1)
            body += "<rect class=\"mark\" \(box(at, wide, tall))/>"
        }
        return "<svg viewBox=\"0 0 \(Self.width) \(Self.short(height))\" role=\"img\"><title>\(title.escaped)</title>"
            + "<g shape-rendering=\"crispEdges\">\(body)</g>" + axes(wide, tall, height, xName, yName) + "</svg>"
    }

    private func colour(_ value: Double) -> String {
        let share = min(abs(value) / strongest, 1)
        let name = value < 0 ? "--down" : "--up"
        return "color-mix(in srgb,var(\(name)) \(Int((share * 90).rounded()))%,var(--card))"
    }

    private func axes(
        _ wide: Double, _ tall: Double, _ height: Double, _ xName: String, _ yName: String
    ) -> String {
        var text = ""
        let everyX = max(1, Int((44 / wide).rounded(.up)))
        for x in stride(from: 0, to: xBins, by: everyX) {
            let at = Self.left + (Double(x) + 0.5) * wide
            text += "<text x=\"\(Self.short(at))\" y=\"\(Self.short(height - Self.bottom + 15))\" "
            text += "text-anchor=\"middle\">\(first(xs, x, xBins))</text>"
        }
        let everyY = max(1, Int((16 / tall).rounded(.up)))
        for y in stride(from: 0, to: yBins, by: everyY) {
            let at = Self.top + (Double(yBins - 1 - y) + 0.5) * tall + 4
            text += "<text x=\"\(Self.left - 8)\" y=\"\(Self.short(at))\" text-anchor=\"end\">"
            text += "\(first(ys, y, yBins))</text>"
        }
        text += "<text x=\"\(Self.short((Self.left + Self.width) / 2))\" y=\"\(Self.short(height - 6))\" "
        text += "text-anchor=\"middle\">\(xName.escaped)</text>"
        // Turned text needs room.
        guard tall * Double(yBins) >= 140 else { return text }
        let middle = Self.short(Self.top + tall * Double(yBins) / 2)
        text += "<text x=\"14\" y=\"\(middle)\" text-anchor=\"middle\" transform=\"rotate(-90 14 \(middle))\">"
        return text + "\(yName.escaped)</text>"
    }

    private func box(_ at: (x: Double, y: Double), _ wide: Double, _ tall: Double) -> String {
        // A hair wider than its place, so that no background shows between cells.
        "x=\"\(Self.short(at.x))\" y=\"\(Self.short(at.y))\" width=\"\(Self.short(wide + 0.1))\" "
            + "height=\"\(Self.short(tall + 0.1))\""
    }

    private func first(_ values: [Int], _ bin: Int, _ bins: Int) -> Int {
        values[(bin * values.count + bins - 1) / bins]
    }

    private func range(_ values: [Int], _ bin: Int, _ bins: Int) -> String {
        let low = first(values, bin, bins)
        let high = values[((bin + 1) * values.count + bins - 1) / bins - 1]
        return low == high ? "\(low)" : "\(low) to \(high)"
    }

    private static func short(_ value: Double) -> String { String(format: "%.1f", value) }
}
