import RealModule

/// A discrete Fourier transform of any length.
///
/// Powers of two by the radix-2 scheme of Cooley and Tukey, "An Algorithm for the Machine Calculation of Complex
/// Fourier Series", Mathematics of Computation 19(90), 1965; other lengths as a convolution by Bluestein, "A Linear
/// Filtering Approach to the Computation of Discrete Fourier Transform", IEEE Transactions on Audio and
/// Electroacoustics 18(4), 1970.
package enum FourierTransform {
    /// Complex numbers as two columns.
    package struct Spectrum {
        package var real: [Double]
        package var imaginary: [Double]

        package init(real: [Double], imaginary: [Double]? = nil) {
            self.real = real
            self.imaginary = imaginary ?? Array(repeating: 0, count: real.count)
        }

        var count: Int { real.count }

        /// The conjugate.
        var mirrored: Spectrum { Spectrum(real: real, imaginary: imaginary.map { -$0 }) }

        mutating func multiply(_ index: Int, by other: (real: Double, imaginary: Double)) {
            let (a, b) = (real[index], imaginary[index])
            real[index] = a * other.real - b * other.imaginary
            imaginary[index] = a * other.imaginary + b * other.real
        }
    }

    /// `X[k] = sum x[t] exp(-2 pi i k t / n)`.
    package static func forward(_ input: Spectrum) -> Spectrum {
        guard input.count > 1 else { return input }
        var output = input
        if input.count & (input.count - 1) == 0 {
            radix2(&output)
            return output
        }
        return bluestein(input)
    }

    /// The inverse of ``forward(_:)``.
    package static func inverse(_ input: Spectrum) -> Spectrum {
        let scale = 1 / Double(Swift.max(input.count, 1))
        var output = forward(input.mirrored).mirrored
        for index in output.real.indices {
            output.real[index] *= scale
            output.imaginary[index] *= scale
        }
        return output
    }

    private static func radix2(_ data: inout Spectrum) {
        let count = data.count
        var place = 0
        for index in 1..<count {
            var bit = count >> 1
            while place & bit != 0 {
                place ^= bit
                bit >>= 1
            }
            place ^= bit
            if index < place {
                data.real.swapAt(index, place)
                data.imaginary.swapAt(index, place)
            }
        }
        let roots = (0..<(count / 2)).map { unit(-2 * .pi * Double($0) / Double(count)) }
        var length = 2
        while length <= count {
            let (half, stride) = (length / 2, count / length)
            for start in Swift.stride(from: 0, to: count, by: length) {
                for offset in 0..<half {
                    let root = roots[offset * stride]
                    let (upper, lower) = (start + offset, start + offset + half)
                    let real = data.real[lower] * root.real - data.imaginary[lower] * root.imaginary
                    let imaginary = data.real[lower] * root.imaginary + data.imaginary[lower] * root.real
                    data.real[lower] = data.real[upper] - real
                    data.imaginary[lower] = data.imaginary[upper] - imaginary
                    data.real[upper] += real
                    data.imaginary[upper] += imaginary
                }
            }
            length *= 2
        }
    }

    private static func bluestein(_ input: Spectrum) -> Spectrum {
        let count = input.count
        var size = 1
        while size < 2 * count { size *= 2 }
        // k^2 / 2 modulo the count keeps the angle exact for long series.
        let chirp = (0..<count).map { unit(-.pi * Double($0 * $0 % (2 * count)) / Double(count)) }
        var left = Spectrum(real: Array(repeating: 0, count: size))
        var right = left
        for index in 0..<count {
            (left.real[index], left.imaginary[index]) = (input.real[index], input.imaginary[index])
            left.multiply(index, by: chirp[index])
            for place in Set([index, (size - index) % size]).sorted() {
                (right.real[place], right.imaginary[place]) = (chirp[index].real, -chirp[index].imaginary)
            }
        }
        radix2(&left)
        radix2(&right)
        for index in 0..<size { left.multiply(index, by: (right.real[index], right.imaginary[index])) }
        left = left.mirrored
        radix2(&left)
        left = left.mirrored
        var output = Spectrum(
            real: left.real.prefix(count).map { $0 / Double(size) },
            imaginary: left.imaginary.prefix(count).map { $0 / Double(size) })
        for index in 0..<count { output.multiply(index, by: chirp[index]) }
        return output
    }

    private static func unit(_ angle: Double) -> (real: Double, imaginary: Double) {
        (Double.cos(angle), Double.sin(angle))
    }
}
