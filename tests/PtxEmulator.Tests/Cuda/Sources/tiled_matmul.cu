// C = A B in float32, row major, any sizes: tiles of 32 x 32 in shared memory, 4 results a thread, edges padded with zeros.
constexpr int Tile = 32;

extern "C" __global__ void __launch_bounds__(256) tiledMatMul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float tileA[Tile][Tile + 1];
    __shared__ float tileB[Tile][Tile];
    int column = threadIdx.x, firstRow = threadIdx.y;
    int globalColumn = blockIdx.x * Tile + column;
    float sums[4] = {};
    for (int start = 0; start < k; start += Tile) {
        for (int i = 0; i < 4; i++) {
            int row = firstRow + 8 * i;
            int globalRow = blockIdx.y * Tile + row;
            tileA[row][column] = globalRow < m && start + column < k ? a[globalRow * k + start + column] : 0.0f;
            tileB[row][column] = start + row < k && globalColumn < n ? b[(start + row) * n + globalColumn] : 0.0f;
        }
        __syncthreads();
        for (int j = 0; j < Tile; j++) {
            float right = tileB[j][column];
            for (int i = 0; i < 4; i++) sums[i] = fmaf(tileA[firstRow + 8 * i][j], right, sums[i]);
        }
        __syncthreads();
    }
    for (int i = 0; i < 4; i++) {
        int globalRow = blockIdx.y * Tile + firstRow + 8 * i;
        if (globalRow < m && globalColumn < n) c[globalRow * n + globalColumn] = sums[i];
    }
}
